"""Why a payment of a recurring gift was declined: Stripe's code, set when Stripe is asked next."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Forward."""
    op.add_column("recurring", sa.Column("decline", sa.Text(), nullable=True))
