"""Fees that stand without a campaign are found without reading every entry."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Forward."""
    whole = sa.text("kind = 'fee' AND campaign_id = 0")
    op.create_index("ix_entry_whole_fee", "entry", ["id"], sqlite_where=whole, postgresql_where=whole)
