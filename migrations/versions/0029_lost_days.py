"""A recurring gift that only Stripe knows keeps its day, and when Stripe stops; all that was read of it is frozen."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant
from migrations.guards import frozen, on_sqlite

revision = "0029"
down_revision = "0028"

FACTS = ["id", "kind", "first_gift", "currency", "amount_minor", "interval", "shares", "given_at", "session_id"]
PROMISE = ["weights", "ends_at", "instalments", "day", "stops_at"]


def upgrade() -> None:
    """Forward."""
    op.add_column("lost_gift", sa.Column("day", Count(), nullable=True))
    op.add_column("lost_gift", sa.Column("stops_at", Instant(), nullable=True))
    op.execute("DROP TRIGGER lost_gift_frozen" if on_sqlite() else "DROP TRIGGER lost_gift_frozen ON lost_gift")
    frozen("lost_gift", [*FACTS, *PROMISE, "subscription", "found_at"])
