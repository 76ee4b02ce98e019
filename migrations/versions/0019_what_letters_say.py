"""What letters about recurring gifts need: since when payments fail, how they are paid, when a pause ends.

Set when Stripe is asked next.
"""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Instant

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forward."""
    op.add_column("recurring", sa.Column("failing_since", Instant(), nullable=True))
    op.add_column("recurring", sa.Column("resumes_at", Instant(), nullable=True))
    op.add_column("recurring", sa.Column("method", sa.Text(), nullable=True))
    op.add_column("recurring", sa.Column("card_expires_on", BookDate(), nullable=True))
