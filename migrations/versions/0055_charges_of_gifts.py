"""Indexes for the charges of a gift, and for charges without one: the desk read every charge for them."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_charge_gift_id", "charge", ["gift_id"])
    where = sa.text("gift_id IS NULL AND gift_hint IS NOT NULL")
    op.create_index("ix_charge_without_gift", "charge", ["succeeded_at"], sqlite_where=where, postgresql_where=where)
