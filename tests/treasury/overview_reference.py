"""The overview's figures, once as the product has them and once from every raw gift and entry, in plain Python."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.transactions import reading
from donors.tables import donor_merge
from ledger.giving_total_store import giving_totals
from ledger.money import GBP
from ledger.tables import entry
from ledger.views import monthly_sums
from payments.gifts.giver_views import givers_of
from payments.gifts.promised_views import ended_count, failing_count, promised_sums
from payments.gifts.recurring_views import expected_sums
from payments.gifts.retention_views import monthly_givers
from payments.gifts.tables import gift, recurring
from tests.treasury.simulated_year import ZONE, SimulatedYear
from treasury.money.places import places
from treasury.money.to_do import ENDED_WITHIN
from treasury.overview.figures import SHOWN
from treasury.overview.recent import recent_months
from treasury.overview.retention import cohorts, survival
from treasury.overview.standing import standings
from treasury.overview.trends import currency_trends, months_up_to

Figures = dict[str, object]
PERIODS = {"week": Fraction(52, 12), "month": Fraction(1), "quarter": Fraction(1, 3), "year": Fraction(1, 12)}


def shown_figures(year: SimulatedYear) -> Figures:
    """As the desk shows them."""
    months = months_up_to(year.today.replace(day=1))
    with reading(year.engine) as conn:
        [recent] = recent_months(monthly_sums(conn, SHOWN), [GBP], year.today)
        [money] = standings(places(conn), promised_sums(conn), expected_sums(conn))
        givers, running = givers_of(conn, months[-1]), monthly_givers(conn, months, ZONE)
        survived = survival(running, months)
        [trend] = currency_trends(giving_totals(conn, months[0]), expected_sums(conn), survived, months)
        failing, ended = failing_count(conn), ended_count(conn, year.now - ENDED_WITHIN)
    return {
        "recent": [(row.month, row.gifts, *(cell.amount.minor for cell in row.cells)) for row in recent.months],
        "at the bank": money.paid_out.minor,
        "in hand": money.in_hand.minor,
        "on its way": money.on_its_way.minor,
        "promised": {part.state.value: (part.gifts, part.amount.minor) for part in money.promised},
        "monthly": money.monthly.minor,
        "proved": (money.proof.met.minor, money.proof.total.minor),
        "givers": (givers.new, givers.returning, givers.lapsed),
        "income": {
            (row.month, kind.value): (listed.gifts, listed.amount.minor)
            for row in trend.income.months
            for kind, listed in row.kinds.items()
            if listed.gifts
        },
        "sources": {row.source: (row.listed.gifts, row.listed.amount.minor) for row in trend.sources},
        "cohorts": [(row.began, row.count, row.kept) for row in cohorts(running, months)],
        "survival": (survived.ran, survived.ended),
        "forecast": [row.amount.minor for row in trend.forecast.months] if trend.forecast else [],
        "failing": failing,
        "ended": ended,
    }


def reference_figures(year: SimulatedYear) -> Figures:
    """From everything that is kept, row by row."""
    with reading(year.engine) as conn:
        rows = {table.name: _rows(conn, table) for table in (gift, entry, recurring, donor_merge)}
    months = [_month(year.today)]
    while len(months) < 13:
        months.insert(0, _month(date.fromordinal(months[0].toordinal() - 1)))
    gifts, entries, every = rows["gift"], rows["entry"], rows["recurring"]
    received = [row for row in gifts if row.received_on is not None]
    monthly = [row for row in every if row.interval == "month" and row.began_at is not None and row.state != "pending"]
    a_month = sum(
        row.amount_minor * PERIODS[row.interval]
        for row in every
        if row.state in ("active", "past_due", "ending") and row.next_at is not None
    )
    ran, ended = _survival(monthly, months)
    source = _source_of(gifts, every)
    stays = 1 - Fraction(ended, ran) if ran >= 30 else Fraction(1)
    return {
        "recent": [_recent(entries, month) for month in (months[-1], months[-2])],
        "at the bank": _balance(entries, "bank"),
        "in hand": _balance(entries, "cash"),
        "on its way": sum(_balance(entries, account) for account in ("clearing", "stripe", "in_transit")),
        "promised": _sums((row.state, row) for row in gifts if row.state in ("pending", "processing")),
        "monthly": int(a_month),
        "proved": _proved(entries),
        "givers": _givers(received, rows["donor_merge"], months),
        "income": _sums((_kind(row), row) for row in received if row.received_on >= months[0]),
        "sources": _sums((source(row), row) for row in received if row.received_on >= months[0]),
        "cohorts": _cohorts(monthly, months),
        "survival": (ran, ended),
        "forecast": [int(int(a_month) * stays**n) for n in range(1, 13)],
        "failing": sum(row.state == "past_due" for row in every),
        "ended": sum(row.state == "ended" and row.stripe_ends_at >= year.now - ENDED_WITHIN for row in every),
    }


def _rows(conn: Connection, table: sa.Table) -> list[Any]:
    return list(conn.execute(sa.select(table)))


def _month(day: date) -> date:
    return day.replace(day=1)


def _month_at(instant: datetime) -> date:
    return _month(instant.astimezone(ZONE).date())


def _sums(pairs: Iterable[tuple[object, Any]]) -> dict[object, tuple[int, int]]:
    sums: defaultdict[object, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for key, row in pairs:
        sums[key] = (sums[key][0] + 1, sums[key][1] + row.amount_minor)
    return dict(sums)


def _balance(entries: Iterable[Any], account: str, counts: Callable[[Any], bool] = lambda _row: True) -> int:
    mine = [row for row in entries if counts(row)]
    return sum(row.amount_minor * ((row.debit == account) - (row.credit == account)) for row in mine)


def _recent(entries: list[Any], month: date) -> tuple[date, int, int, int, int]:
    mine = [row for row in entries if _month(row.book_date) == month]
    gifts = sum((row.credit == "gifts") - (row.debit == "gifts") for row in mine)
    given, back, fees = (
        -sum(_balance(mine, account) for account in accounts)
        for accounts in (("gifts", "shares"), ("refunds", "dispute_losses"), ("fees", "dispute_fees"))
    )
    return month, gifts, given, back, fees


def _proved(entries: list[Any]) -> tuple[int, int]:
    passed, waits = 0, defaultdict[str, int](int)
    for row in entries:
        for account, sign in ((row.debit, 1), (row.credit, -1)):
            if account == "clearing":
                passed += row.amount_minor
                waits[row.subject] += sign * row.amount_minor
    waiting = sum(abs(minor) for minor in waits.values())
    return (passed - waiting) // 2, (passed + waiting) // 2


def _givers(received: list[Any], merges: list[Any], months: list[date]) -> tuple[int, int, int]:
    into = {row.holds_of: row.into_id for row in merges if row.holds_of}

    def person(row: Any) -> str:
        donor_id = row.donor_id
        while donor_id in into:
            donor_id = into[donor_id]
        return str(donor_id)

    days = defaultdict[str, set[date]](set)
    for row in received:
        days[person(row)].add(_month(row.received_on))
    this, a_year_ago = months[-1], months[0]
    gave = [mine for mine in days.values() if this in mine]
    new = sum(min(mine) == this for mine in gave)
    return new, len(gave) - new, sum(a_year_ago in mine and max(mine) == a_year_ago for mine in days.values())


def _kind(row: Any) -> tuple[date, str]:
    kind = "recurring" if row.recurring_id else "offline" if row.payment.startswith("offline:") else "once"
    return _month(row.received_on), kind


def _source_of(gifts: list[Any], every: list[Any]) -> Callable[[Any], str]:
    own = {row.id: row.source or "" for row in gifts}
    first = {row.id: own.get(row.first_gift_id, "") for row in every}
    return lambda row: row.source or first.get(row.recurring_id, "")


def _ended_in(row: Any) -> date | None:
    return _month_at(row.stripe_ends_at) if row.state == "ended" else None


def _cohorts(monthly: list[Any], months: list[date]) -> list[tuple[date, int, tuple[int, ...]]]:
    rows = []
    for began in months:
        mine = [row for row in monthly if _month_at(row.began_at) == began]
        later = [month for month in months if month >= began]
        kept = tuple(sum((ended := _ended_in(row)) is None or ended > month for row in mine) for month in later)
        if mine:
            rows.append((began, len(mine), kept))
    return rows


def _survival(monthly: list[Any], months: list[date]) -> tuple[int, int]:
    ran = ended = 0
    for month in months[:-1]:
        mine = [row for row in monthly if _month_at(row.began_at) < month and (_ended_in(row) or month) >= month]
        ran += len(mine)
        ended += sum(_ended_in(row) == month for row in mine)
    return ran, ended
