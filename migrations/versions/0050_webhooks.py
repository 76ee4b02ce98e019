"""Endpoints that are told of events, the events, and their deliveries."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Flag, Instant

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("paused_by_itself", Flag(), nullable=False),
        sa.Column("failing_since", Instant(), nullable=True),
        sa.CheckConstraint(
            "(old_secret is null) = (old_until is null)", name=op.f("ck_webhook_endpoint_old_secret_ends")
        ),
        sa.CheckConstraint(
            "paused_by_itself = 0 or paused_at is not null", name=op.f("ck_webhook_endpoint_paused_since")
        ),
        sa.CheckConstraint("paused_by_itself in (0, 1)", name=op.f("ck_webhook_endpoint_paused_by_itself")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sqlite_strict=True,
    )
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sqlite_strict=True,
    )
    op.create_index("ix_webhook_event_created_at", "webhook_event", ["created_at"])
    op.create_table(
        "webhook_delivery",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", Count(), nullable=False),
        sa.Column("first_tried_at", Instant(), nullable=True),
        sa.Column("tried_at", Instant(), nullable=True),
        sa.Column("status", Count(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('waiting', 'delivered', 'failed')", name=op.f("ck_webhook_delivery_state")),
        sa.ForeignKeyConstraint(["event_id"], ["webhook_event.id"], name=op.f("fk_webhook_delivery_event_id")),
        sa.PrimaryKeyConstraint("event_id", "endpoint_id", name=op.f("pk_webhook_delivery")),
        sqlite_strict=True,
    )
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["state", "endpoint_id", "due_at"])
    op.create_index("ix_webhook_delivery_endpoint", "webhook_delivery", ["endpoint_id", "queued_at"])
