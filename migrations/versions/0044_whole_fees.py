"""Fees that stand without a campaign are found without reading every entry."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Forward."""
    whole = sa.text("kind = 'fee' AND campaign_id = 0")
    op.create_index("ix_entry_whole_fee", "entry", ["id"], sqlite_where=whole, postgresql_where=whole)
