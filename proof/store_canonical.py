"""The rows of the canonical export: columns that depend on facts alone, in no order.

No row ids, no `posted_at`, no cause, no receipt numbers: these depend on the order of deliveries. Nor a fee that was
booked whole and then shared, with its reversal: a fee whose gift was known at once never stood whole.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.entry import NO_CAMPAIGN
from ledger.kinds import EntryKind
from ledger.tables import entry, total, uncleared
from payments.gifts.tables import gift
from receipts.tables import receipt

_e, _t, _u = entry.c, total.c, uncleared.c
CHUNK = 2000

_shared, _whole = entry.alias("shared"), entry.alias("whole")
_WAS_SHARED = sa.exists().where(_shared.c.reverses == _e.key, _shared.c.kind == EntryKind.FEE_SHARED.value)
_IS_KEPT = sa.and_(
    _e.kind != EntryKind.FEE_SHARED.value,
    sa.or_(_e.kind != EntryKind.FEE.value, _e.campaign_id != NO_CAMPAIGN, ~_WAS_SHARED),
)


def _totals() -> sa.Select[Any]:
    """The kept totals without fees that were shared later, and without their reversals."""
    sides = ("debit_minor", "credit_minor", "debits", "credits")
    kept = sa.select(_t.account, _t.currency, _t.campaign_id, _t.book_date, *(_t[side] for side in sides))
    pairs = _shared.join(_whole, _whole.c.key == _shared.c.reverses)
    nothing, less_by_one = sa.literal(0, sa.BigInteger), sa.literal(-1, sa.BigInteger)
    left_out = [
        sa.select(
            booked.c[account], booked.c.currency, booked.c.campaign_id, booked.c.book_date,
            -booked.c.amount_minor if account == "debit" else nothing,
            -booked.c.amount_minor if account == "credit" else nothing,
            less_by_one if account == "debit" else nothing,
            less_by_one if account == "credit" else nothing,
        ).select_from(pairs).where(_shared.c.kind == EntryKind.FEE_SHARED.value)
        for booked in (_shared, _whole)
        for account in ("debit", "credit")
    ]  # fmt: skip
    both = sa.union_all(kept, *left_out).subquery().c
    key = (both.account, both.currency, both.campaign_id, both.book_date)
    sums = [sa.cast(sa.func.sum(both[side]), sa.BigInteger) for side in sides]
    return sa.select(*key, *sums).group_by(*key).having(sa.or_(*(sum_of != 0 for sum_of in sums)))


# Each section's heading and its query. Rows are sorted by their text, so by the first column first.
SECTIONS: tuple[tuple[str, sa.Select[Any]], ...] = (
    (
        "entry: key, kind, debit, credit, currency, minor, subject, campaign, gift, occurred, day, reverses",
        sa.select(
            _e.key, _e.kind, _e.debit, _e.credit, _e.currency, _e.amount_minor, _e.subject, _e.campaign_id,
            _e.gift_id, _e.occurred_at, _e.book_date, _e.reverses,
        ).where(_IS_KEPT),
    ),
    (
        "total: account, currency, campaign, day, debit, credit, debits, credits",
        _totals(),
    ),
    ("uncleared: subject, currency, minor", sa.select(_u.subject, _u.currency, _u.balance_minor)),
    # Without its payment: of two payments for one gift, the one that was delivered first becomes the gift's own.
    ("gift: id, state, currency, minor", sa.select(gift.c.id, gift.c.state, gift.c.currency, gift.c.amount_minor)),
    ("receipt: gift, edition", sa.select(receipt.c.gift_id, receipt.c.edition)),
)  # fmt: skip


def rows(conn: Connection, query: sa.Select[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, read in chunks."""
    result = conn.execute(query.execution_options(stream_results=True))
    for chunk in result.partitions(CHUNK):
        yield from (tuple(row) for row in chunk)
