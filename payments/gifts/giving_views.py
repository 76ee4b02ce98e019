"""What gifts count as when income is told apart: by month, by kind, by the link that led to them. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import look_up
from ledger.giving_kind import GivingKind
from ledger.giving_total_store import KEY, SUMS
from ledger.kinds import EntryKind
from payments.gifts.tables import gift, recurring

_g = gift.c
_OFFLINE = EntryKind.OFFLINE.key("")


def is_offline() -> sa.ColumnElement[bool]:
    """The condition that a treasurer entered the gift."""
    return _g.payment.startswith(_OFFLINE)


def source_of_gift() -> sa.ScalarSelect[str]:
    """The code of the link that led to a gift: its own, or for an instalment that of its first gift."""
    first = gift.alias("first_gift")
    code = sa.select(first.c.source).where(recurring.c.id == _g.recurring_id, first.c.id == recurring.c.first_gift_id)
    return code.correlate(gift).scalar_subquery()


# Without parameters of its own: the statement is compiled once, and asked of the driver.
_SOURCE = sa.func.coalesce(_g.source, source_of_gift(), sa.literal_column("''"))
_RECEIVED = (_g.received_on, _g.recurring_id, _g.payment, _g.currency, _SOURCE, _g.amount_minor)


def giving_of(conn: Connection, received: Sequence[str]) -> list[dict[str, object]]:
    """What these gifts add to the kept totals. Their recurring gifts must be known."""
    sums: defaultdict[tuple[str, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for day, recurring_id, payment, code, source, minor in look_up(conn, _RECEIVED, _g.id, received):
        key = (f"{day:%Y-%m}", _kind(recurring_id, payment).value, code, source)
        gifts, before = sums[key]
        sums[key] = gifts + 1, before + minor
    return [dict(zip((*KEY, *SUMS), (*key, *of), strict=True)) for key, of in sums.items()]


def _kind(recurring_id: str | None, payment: str) -> GivingKind:
    if recurring_id is not None:
        return GivingKind.RECURRING
    return GivingKind.OFFLINE if payment.startswith(_OFFLINE) else GivingKind.ONCE
