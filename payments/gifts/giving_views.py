"""What gifts count as when income is told apart: by month, by kind, by the link that led to them. Writes nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from ledger.giving_kind import GivingKind
from ledger.giving_total_store import KEY, SUMS
from ledger.kinds import EntryKind
from payments.gifts.tables import gift, recurring

_g = gift.c


def is_offline() -> sa.ColumnElement[bool]:
    """The condition that a treasurer entered the gift."""
    return _g.payment.startswith(EntryKind.OFFLINE.key(""))


def source_of_gift() -> sa.ScalarSelect[str]:
    """The code of the link that led to a gift: its own, or for an instalment that of its first gift."""
    first = gift.alias("first_gift")
    code = sa.select(first.c.source).where(recurring.c.id == _g.recurring_id, first.c.id == recurring.c.first_gift_id)
    return code.correlate(gift).scalar_subquery()


def giving_of(conn: Connection, received: Sequence[str]) -> list[dict[str, object]]:
    """What these gifts add to the kept totals. Their recurring gifts must be known."""
    if not received:
        return []
    on_sqlite = conn.dialect.name == "sqlite"
    month = sa.func.substr(_g.received_on, 1, 7) if on_sqlite else sa.func.to_char(_g.received_on, "YYYY-MM")
    recurring_gift = (_g.recurring_id.is_not(None), GivingKind.RECURRING.value)
    kind = sa.case(recurring_gift, (is_offline(), GivingKind.OFFLINE.value), else_=GivingKind.ONCE.value)
    source = sa.func.coalesce(_g.source, source_of_gift(), "")
    each = sa.select(month.label("month"), kind.label("kind"), _g.currency, source.label("source"), _g.amount_minor)
    of = each.where(among(conn, _g.id, received)).subquery().c
    key = [of[name] for name in KEY]
    sums = conn.execute(sa.select(*key, sa.func.count(), sa.func.sum(of.amount_minor)).group_by(*key))
    return [dict(zip((*KEY, *SUMS), (*row[:-1], int(row[-1])), strict=True)) for row in sums]
