"""Keep match pots and what was paid for them, and read how they stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.match import BadMatch, Match, MatchPot, match_of
from campaigns.tables import campaign, match_note, match_pot
from database.bulk import insert_rows
from ledger.money import Money, currency
from ledger.views import gifts_given_back, given_on_days

_p, _n = match_pot.c, match_note.c


def add_pot(conn: Connection, pot: MatchPot) -> None:
    """Keep a new pot. Raises BadMatch when another of the same campaign matches gifts on one of its days.

    The campaign's row is locked, so that of two at once the second sees the first.
    """
    conn.execute(sa.select(campaign.c.id).where(campaign.c.id == pot.campaign).with_for_update())
    for other in pots_of(conn, [pot.campaign]):
        if other.days[0] <= pot.days[1] and pot.days[0] <= other.days[1]:
            raise BadMatch(f"{other.giver} matches gifts on some of these days. Choose days after {other.days[1]}.")
    row = {
        "id": pot.id,
        "campaign_id": pot.campaign,
        "giver": pot.giver,
        "currency": pot.amount.currency.code,
        "amount_minor": pot.amount.minor,
        "matched_parts": pot.matched_parts,
        "given_parts": pot.given_parts,
        "first_day": pot.first_day,
        "last_day": pot.last_day,
        "counts": pot.counts,
        "made_at": pot.made_at,
        "ended_on": pot.ended_on,
    }
    insert_rows(conn, match_pot, [row])


def end_pot(conn: Connection, pot_id: str, day: date) -> bool:
    """Let a pot match no gift after this day; False when it was ended before, or there is none."""
    ended = sa.update(match_pot).where(_p.id == pot_id, _p.ended_on.is_(None)).values(ended_on=day)
    return conn.execute(ended).rowcount == 1


def add_payment(conn: Connection, pot: MatchPot, gift: str, now: datetime) -> bool:
    """Note that the giver paid with this gift; False when that, or another pot, is noted of it already."""
    return _add_note(conn, gift, None, pot.id, now)


def withdraw_payment(conn: Connection, pot: MatchPot, gift: str, now: datetime) -> bool:
    """Take back that the giver paid this pot with this gift; False when that is not noted."""
    return _add_note(conn, gift, pot.id, None, now)


def _add_note(conn: Connection, gift: str, before: str | None, pot: str | None, now: datetime) -> bool:
    """Add a note where the newest of this gift says `before`. The pots are locked: of two at once the second looks."""
    conn.execute(sa.select(_p.id).order_by(_p.id).with_for_update())
    newest = conn.execute(sa.select(_n.n, _n.pot_id).where(_n.gift_id == gift).order_by(_n.n.desc()).limit(1)).first()
    last, noted = (newest.n, newest.pot_id) if newest else (0, None)
    if noted != before:
        return False
    insert_rows(conn, match_note, [{"gift_id": gift, "n": last + 1, "pot_id": pot, "noted_at": now}])
    return True


def pots_of(conn: Connection, campaigns: Sequence[int]) -> list[MatchPot]:
    """The pots of these campaigns, the first to begin first."""
    rows = conn.execute(
        sa.select(match_pot).where(_p.campaign_id.in_(campaigns)).order_by(_p.campaign_id, _p.first_day, _p.id)
    )
    return [
        MatchPot(
            id=row.id,
            campaign=row.campaign_id,
            giver=row.giver,
            amount=Money(row.amount_minor, currency(row.currency)),
            first_day=row.first_day,
            last_day=row.last_day,
            made_at=row.made_at,
            matched_parts=row.matched_parts,
            given_parts=row.given_parts,
            counts=row.counts,
            ended_on=row.ended_on,
        )
        for row in rows
    ]


def matches_of(conn: Connection, families: Mapping[int, Sequence[int]]) -> dict[int, tuple[Match, ...]]:
    """How the pots of some campaigns stand. A family is a campaign with its groups: gifts to all of them count."""
    pots = pots_of(conn, list(families))
    paid = payments(conn) if pots else {}
    matches: defaultdict[int, tuple[Match, ...]] = defaultdict(tuple)
    for pot in pots:
        matches[pot.campaign] += (_match(conn, pot, families[pot.campaign], paid),)
    return dict(matches)


def payments(conn: Connection) -> dict[str, str]:
    """Every gift that paid a pot, and which."""
    newest = sa.select(_n.gift_id, sa.func.max(_n.n).label("n")).group_by(_n.gift_id).subquery()
    notes = sa.select(_n.gift_id, _n.pot_id).join(newest, sa.and_(newest.c.gift_id == _n.gift_id, newest.c.n == _n.n))
    rows = conn.execute(notes.where(_n.pot_id.is_not(None)).order_by(_n.gift_id))
    return {row.gift_id: row.pot_id for row in rows}


def _match(conn: Connection, pot: MatchPot, family: Sequence[int], paid: Mapping[str, str]) -> Match:
    of = pot.amount.currency
    given = given_on_days(conn, family, of, pot.days)
    own = {gift for gift, pot_id in paid.items() if pot_id == pot.id}
    return match_of(pot, given, gifts_given_back(conn, family, of, pot.days, list(paid)), own, paid.keys() - own)
