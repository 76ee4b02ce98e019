"""When a recurring gift began at Stripe: its instalments keep that day. Set when Stripe is asked next."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Forward."""
    op.add_column("recurring", sa.Column("began_at", Instant(), nullable=True))
