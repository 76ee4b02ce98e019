"""What was received each month, by kind and by source: kept, so that a year of a million gifts is a few rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import add_to_rows
from ledger.giving_kind import GivingKind
from ledger.money import Money, currency
from ledger.tables import giving_total

KEY, SUMS = ("month", "kind", "currency", "source"), ("gifts", "amount_minor")
_t = giving_total.c


@dataclass(frozen=True, slots=True)
class GivingTotal:
    """What was received in a month of one kind by one source (empty: by no link with a code). Nothing is taken off."""

    month: date
    kind: GivingKind
    source: str
    gifts: int
    amount: Money


def add_giving(conn: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Add gifts that are received now: a row for each key, with their number and sum."""
    add_to_rows(conn, giving_total, rows, SUMS)


def giving_totals(conn: Connection, since: date) -> list[GivingTotal]:
    """What was received in this month and later."""
    lately = sa.select(giving_total).where(_t.month >= f"{since:%Y-%m}")
    rows = conn.execute(lately.order_by(*(_t[key] for key in KEY)))
    return [
        GivingTotal(
            date.fromisoformat(f"{row.month}-01"),
            GivingKind(row.kind),
            row.source,
            row.gifts,
            Money(row.amount_minor, currency(row.currency)),
        )
        for row in rows
    ]


def added_giving(
    conn: Connection, months: tuple[date | None, date | None], chosen: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """How many gifts were received and their sum in minor units, by currency.

    From the first of these months to before the other (None: without end), of the chosen `kind`, `currency`, `source`.
    """
    since, before = months
    conditions = [_t[name] == word for name, word in chosen.items()]
    conditions += [] if since is None else [_t.month >= f"{since:%Y-%m}"]
    conditions += [] if before is None else [_t.month < f"{before:%Y-%m}"]
    rows = conn.execute(
        sa.select(_t.currency, sa.func.sum(_t.gifts), sa.func.sum(_t.amount_minor))
        .where(*conditions)
        .group_by(_t.currency)
        .order_by(_t.currency)
    )
    return {code: (int(gifts), int(minor)) for code, gifts, minor in rows}
