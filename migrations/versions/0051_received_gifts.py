"""A narrow index from a campaign's shares to their gifts: which were received, when, in which currency."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Forward."""
    where = sa.text("received_on IS NOT NULL")
    columns = ["id", "received_on", "currency"]
    op.create_index("ix_gift_received", "gift", columns, sqlite_where=where, postgresql_where=where)
