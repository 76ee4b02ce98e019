"""A narrow index for the sums below the list of gifts."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Forward."""
    where = sa.text("received_on IS NOT NULL")
    columns = ["received_on", "currency", "amount_minor"]
    op.create_index("ix_gift_listed_sums", "gift", columns, sqlite_where=where, postgresql_where=where)
