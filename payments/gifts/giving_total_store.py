"""What was received each month, by kind and by source: kept, so that a year of a million gifts is a few rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import add_to_rows
from database.questions import among
from ledger.kinds import EntryKind
from ledger.money import Money, currency
from payments.gifts.giving_kind import GivingKind
from payments.gifts.tables import gift, giving_total, recurring

_g, _t = gift.c, giving_total.c
_KEY = ("month", "kind", "currency", "source")
_SUMS = ("gifts", "amount_minor")


@dataclass(frozen=True, slots=True)
class GivingTotal:
    """What was received in a month of one kind by one source (empty: by no link with a code). Nothing is taken off."""

    month: date
    kind: GivingKind
    source: str
    gifts: int
    amount: Money


def is_offline() -> sa.ColumnElement[bool]:
    """The condition that a treasurer entered the gift."""
    return _g.payment.startswith(EntryKind.OFFLINE.key(""))


def source_of_gift() -> sa.ScalarSelect[str]:
    """The code of the link that led to a gift: its own, or for an instalment that of its first gift."""
    first = gift.alias("first_gift")
    code = sa.select(first.c.source).where(recurring.c.id == _g.recurring_id, first.c.id == recurring.c.first_gift_id)
    return code.correlate(gift).scalar_subquery()


def add_to_giving_totals(conn: Connection, received: Sequence[str]) -> None:
    """Add gifts that are received now; each gift once. Its recurring gift must be known."""
    if not received:
        return
    rows = conn.execute(_totals_of(conn, received))
    names = (*_KEY, *_SUMS)
    add_to_rows(conn, giving_total, [dict(zip(names, row, strict=True)) for row in rows], _SUMS)


def _totals_of(conn: Connection, received: Sequence[str]) -> sa.Select[tuple[str, str, str, str, int, int]]:
    on_sqlite = conn.dialect.name == "sqlite"
    month = sa.func.substr(_g.received_on, 1, 7) if on_sqlite else sa.func.to_char(_g.received_on, "YYYY-MM")
    recurring_gift = (_g.recurring_id.is_not(None), GivingKind.RECURRING.value)
    kind = sa.case(recurring_gift, (is_offline(), GivingKind.OFFLINE.value), else_=GivingKind.ONCE.value)
    source = sa.func.coalesce(_g.source, source_of_gift(), "")
    each = sa.select(month.label("month"), kind.label("kind"), _g.currency, source.label("source"), _g.amount_minor)
    of = each.where(among(conn, _g.id, received)).subquery().c
    key = [of[name] for name in _KEY]
    return sa.select(*key, sa.func.count(), sa.func.sum(of.amount_minor)).group_by(*key)


def giving_totals(conn: Connection, since: date) -> list[GivingTotal]:
    """What was received in this month and later."""
    lately = sa.select(giving_total).where(_t.month >= f"{since:%Y-%m}")
    rows = conn.execute(lately.order_by(*(_t[key] for key in _KEY)))
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
