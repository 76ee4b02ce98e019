"""A recurring gift that only Stripe knows keeps its end, and how its instalments are shared."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant, Json

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Forward."""
    op.add_column("lost_gift", sa.Column("weights", Json(), nullable=True))
    op.add_column("lost_gift", sa.Column("ends_at", Instant(), nullable=True))
    op.add_column("lost_gift", sa.Column("instalments", Count(), nullable=True))
