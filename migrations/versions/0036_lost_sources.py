"""A gift that only Stripe knows keeps the code of the link that led to it."""

import sqlalchemy as sa
from alembic import op

from database.columns import Code
from migrations.guards import frozen, on_sqlite

revision = "0036"
down_revision = "0035"

FACTS = ["id", "kind", "first_gift", "currency", "amount_minor", "interval", "shares", "given_at", "session_id"]
PROMISE = ["weights", "ends_at", "instalments", "day", "stops_at"]


def upgrade() -> None:
    """Forward."""
    op.add_column("lost_gift", sa.Column("source", Code(), nullable=True))
    op.execute("DROP TRIGGER lost_gift_frozen" if on_sqlite() else "DROP TRIGGER lost_gift_frozen ON lost_gift")
    frozen("lost_gift", [*FACTS, *PROMISE, "subscription", "found_at", "source"])
