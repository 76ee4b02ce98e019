"""Indexes for the desk's lists: a page of a million gifts, entries or donors reads no more than its own rows."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

LISTED = ["received_on", "received_at", "id", "currency", "amount_minor", "donor_name", "donor_id"]


def upgrade() -> None:
    """Forward."""
    for name, columns, condition in (
        ("ix_gift_listed", LISTED, "received_on IS NOT NULL"),
        ("ix_gift_listed_amount", ["amount_minor", "id"], "received_on IS NOT NULL"),
        ("ix_gift_listed_unpaid", ["created_at", "id"], "received_on IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "gift", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_entry_book_date", "entry", ["book_date", "id"])
    op.create_index("ix_entry_campaign_id", "entry", ["campaign_id", "book_date", "id"])
    op.create_index("ix_donor_created_at", "donor", ["created_at", "id"])
    op.create_index("ix_donor_name", "donor", ["name", "id"])
