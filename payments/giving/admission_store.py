"""Who is sent on to Stripe at once, and who is first asked for a puzzle.

Nobody is refused for their address: a whole hall gives from one. Above a limit the browser solves a puzzle, which its
owner hardly notices; a program that sends forms by the thousand does. Above the limit of the whole site everybody is
asked, until no minute has passed the limit for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from database.bulk import put_rows
from database.instants import Clock
from database.transactions import reading, writing
from payments.giving.form_token import is_form_token
from payments.giving.puzzle import EASY
from payments.giving.tables import puzzle_demand as table
from web.client_address import network_of
from web.limits_store import CountedVisit, VisitCounts, VisitLimit, count_visits, visits_so_far

TEN_MINUTES, HOUR = timedelta(minutes=10), timedelta(hours=1)
# A form with a token counts once, one without twice: so half as many of the campaign's own sheet.
ADDRESS = VisitLimit("give-address", 40, TEN_MINUTES)
NETWORK = VisitLimit("give-network", 160, TEN_MINUTES)
SITE = VisitLimit("give-site", 240, timedelta(minutes=1))
EMAIL = VisitLimit("give-email", 10, HOUR)
TOKEN = VisitLimit("give-token", 6, HOUR)  # one loaded page, sent with ever other contents
SOLVED = VisitLimit("give-solved", 1500, TEN_MINUTES)
MUCH_SOLVED, HARDER = 4, 4  # above SOLVED a puzzle is so many times as hard, above so many times SOLVED again
LETTER_EMAIL = VisitLimit("link-email", 3, HOUR)
LETTER_NETWORK = VisitLimit("link-network", 300, TEN_MINUTES)
LETTER_SITE = VisitLimit("link-site", 600, TEN_MINUTES)
DEMANDED_FOR, COUNT_EVERY = timedelta(minutes=10), timedelta(seconds=1)
EVERYWHERE = "site"


@dataclass(frozen=True, slots=True)
class CountedForm:
    """What is counted of a form that was sent: from where, of whom, and the token of its page."""

    address: str
    email: str
    token: str


@dataclass(frozen=True, slots=True)
class PuzzleDemand:
    """Everybody is asked for a puzzle, since and until these instants."""

    since: datetime
    until: datetime


class Admission:
    """Counts forms, and decides about each."""

    def __init__(self, engine: Engine, clock: Clock, key: bytes) -> None:
        self._engine, self._clock, self._key = engine, clock, key
        self._lock, self._uncounted, self._counted_at = Lock(), 0, datetime.min.replace(tzinfo=UTC)

    def needs_puzzle(self, form: CountedForm) -> bool:
        """Count a form that came without a solution; whether it must bring one."""
        now = self._clock()
        with reading(self._engine) as conn:
            is_demanded = demand_at(conn, now) is not None
        if is_demanded:
            self._note_under_demand(form, now)
            return True
        return _is_over(self._count(self._visits(form, now), now))

    def _note_under_demand(self, form: CountedForm, now: datetime) -> None:
        """Count what comes while everybody is asked: together, once a second, so that a flood costs few writes."""
        with self._lock:
            self._uncounted += _cost(self._key, form, now)
            if now - self._counted_at < COUNT_EVERY:
                return
            cost, self._uncounted, self._counted_at = self._uncounted, 0, now
        self._count([CountedVisit(SITE, EVERYWHERE, cost)], now)

    def _count(self, visits: Sequence[CountedVisit], now: datetime) -> VisitCounts:
        with writing(self._engine) as conn:
            counts = count_visits(conn, self._key, visits, now)
            if any(visit.limit is SITE and count > SITE.most for visit, count in counts.items()):
                _demand(conn, now)
        return counts

    def note_solution(self, form: CountedForm) -> None:
        """Count a form that came with a solution."""
        with writing(self._engine) as conn:
            count_visits(conn, self._key, [CountedVisit(SOLVED, _wide_network(form.address))], self._clock())

    def largest_number(self, form: CountedForm) -> int:
        """How hard a puzzle this sender gets: harder where far more was solved than a hall would."""
        visit = CountedVisit(SOLVED, _wide_network(form.address))
        with reading(self._engine) as conn:
            count = visits_so_far(conn, self._key, [visit], self._clock())[visit]
        steps = (count > SOLVED.most) + (count > SOLVED.most * MUCH_SOLVED)
        return EASY * [1, HARDER, HARDER * HARDER][steps]

    def may_have_letter(self, form: CountedForm) -> bool:
        """Count a wish for a link by letter; whether one may be posted."""
        visits = [
            CountedVisit(LETTER_EMAIL, form.email.casefold()),
            CountedVisit(LETTER_NETWORK, _wide_network(form.address)),
            CountedVisit(LETTER_SITE, EVERYWHERE),
        ]
        with writing(self._engine) as conn:
            return not _is_over(count_visits(conn, self._key, visits, self._clock()))

    def _visits(self, form: CountedForm, now: datetime) -> list[CountedVisit]:
        cost = _cost(self._key, form, now)
        visits = [
            CountedVisit(ADDRESS, network_of(form.address), cost),
            CountedVisit(NETWORK, _wide_network(form.address), cost),
            CountedVisit(SITE, EVERYWHERE, cost),
            CountedVisit(EMAIL, form.email.strip().casefold()),
        ]
        return [*visits, CountedVisit(TOKEN, form.token)] if cost == 1 else visits


def demand_at(conn: Connection, now: datetime) -> PuzzleDemand | None:
    """The demand that stands at this instant."""
    d = table.c
    row = conn.execute(sa.select(d.since, d.until).where(d.place == EVERYWHERE, d.until > now, d.since <= now)).first()
    return PuzzleDemand(*row) if row else None


def digest_of_form(slug: str, fields: dict[str, str]) -> str:
    """What a puzzle is bound to: everything that was filled in."""
    filled = sorted((name, value) for name, value in fields.items() if value)
    return sha256(repr((slug, filled)).encode()).hexdigest()[:32]


def _demand(conn: Connection, now: datetime) -> None:
    """Ask everybody for a puzzle from now on; one that stands is only made longer."""
    row = {"place": EVERYWHERE, "since": now, "until": now + DEMANDED_FOR}
    longer = "since = CASE WHEN puzzle_demand.until > excluded.since THEN puzzle_demand.since ELSE excluded.since END"
    put_rows(conn, table, [row], f"DO UPDATE SET {longer}, until = excluded.until")


def _cost(key: bytes, form: CountedForm, now: datetime) -> int:
    return 1 if is_form_token(key, form.token, now) else 2


def _is_over(counts: VisitCounts) -> bool:
    return any(count > visit.limit.most for visit, count in counts.items())


def _wide_network(address: str) -> str:
    """The network around an address: /24, or of IPv6 the /48 that a provider gives a customer."""
    try:
        return str(ip_network((address.partition("%")[0], 48 if ":" in address else 24), strict=False))
    except ValueError:
        return address
