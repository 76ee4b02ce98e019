"""The rows of the canonical export: columns that depend on facts alone, in no order.

No row ids, no `posted_at`, no cause, no receipt numbers: these depend on the order of deliveries.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.tables import entry, total, uncleared
from payments.gifts.tables import gift
from receipts.tables import receipt

_e, _t, _u = entry.c, total.c, uncleared.c
CHUNK = 2000

# Each section's heading and its query. Rows are sorted by their text, so by the first column first.
SECTIONS: tuple[tuple[str, sa.Select[Any]], ...] = (
    (
        "entry: key, kind, debit, credit, currency, minor, subject, campaign, gift, occurred, day, reverses",
        sa.select(
            _e.key, _e.kind, _e.debit, _e.credit, _e.currency, _e.amount_minor, _e.subject, _e.campaign_id,
            _e.gift_id, _e.occurred_at, _e.book_date, _e.reverses,
        ),
    ),
    (
        "total: account, currency, campaign, day, debit, credit, debits, credits",
        sa.select(
            _t.account, _t.currency, _t.campaign_id, _t.book_date, _t.debit_minor, _t.credit_minor, _t.debits,
            _t.credits,
        ),
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
