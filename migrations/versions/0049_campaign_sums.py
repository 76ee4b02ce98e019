"""Indexes for a campaign's sums: its shares are added up from the index alone, and what was moved is found."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

BACK_OR_MOVED = "kind IN ('refund', 'refund_failed', 'dispute', 'payment_failed', 'move')"


def upgrade() -> None:
    """Forward."""
    op.drop_index("ix_allocation_campaign_id", "allocation")
    op.create_index("ix_allocation_campaign_id", "allocation", ["campaign_id", "gift_id", "amount_minor"])
    where = sa.text(BACK_OR_MOVED)
    op.drop_index("ix_entry_given_back", "entry")
    op.create_index("ix_entry_given_back", "entry", ["campaign_id"], sqlite_where=where, postgresql_where=where)
