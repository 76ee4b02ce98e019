"""Indexes for accounts that few entries touch: a statement of the bank does not read every entry of the year."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

FEW = (
    "('adjustments', 'bank', 'cash', 'dispute_fees', 'dispute_losses', 'fx', 'in_transit', 'moved', 'opening', 'other',"
    " 'refunds', 'shares', 'suspense')"
)


def upgrade() -> None:
    """Forward."""
    for side in ("debit", "credit"):
        where = sa.text(f"{side} IN {FEW}")
        columns = [side, "book_date", "id"]
        op.create_index(f"ix_entry_few_{side}s", "entry", columns, sqlite_where=where, postgresql_where=where)
