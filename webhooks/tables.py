"""Endpoints, events and their deliveries. Events and deliveries are removed after thirty days."""

import sqlalchemy as sa

from database.columns import Code, Count, Flag, Instant, Json
from database.tables import one_of, table

# `types` is the list of event types that it asks for. Its secrets are encrypted; the old one is good until `old_until`.
webhook_endpoint = table(
    "webhook_endpoint",
    sa.Column("id", Code, primary_key=True),
    sa.Column("url", Code, nullable=False),
    sa.Column("types", Json, nullable=False),
    sa.Column("secret", Code, nullable=False),
    sa.Column("old_secret", Code),
    sa.Column("old_until", Instant),
    sa.Column("created_at", Instant, nullable=False),
    # By a member of staff, or after three days without a success.
    sa.Column("paused_at", Instant),
    sa.Column("paused_by_itself", Flag, nullable=False),
    sa.Column("failing_since", Instant),
    sa.CheckConstraint("(old_secret is null) = (old_until is null)", name="old_secret_ends"),
    sa.CheckConstraint("paused_by_itself = 0 or paused_at is not null", name="paused_since"),
)

# The body is what is signed and sent: the same bytes at each attempt.
webhook_event = table(
    "webhook_event",
    sa.Column("id", Code, primary_key=True),
    sa.Column("type", Code, nullable=False),
    sa.Column("body", Code, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_webhook_event_created_at", "created_at"),
)

# An event on its way to one endpoint. No foreign key leads to the endpoint: removing one must not keep a gift from
# being booked of which it is told at the same moment. `answer` is the first words of the last answer, or why there was
# none.
webhook_delivery = table(
    "webhook_delivery",
    sa.Column("event_id", Code, sa.ForeignKey("webhook_event.id"), primary_key=True),
    sa.Column("endpoint_id", Code, primary_key=True),
    sa.Column("queued_at", Instant, nullable=False),
    sa.Column("state", Code, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("attempts", Count, nullable=False),
    sa.Column("first_tried_at", Instant),
    sa.Column("tried_at", Instant),
    sa.Column("status", Count),
    sa.Column("answer", Code, nullable=False),
    one_of("state", ("waiting", "delivered", "failed")),
    sa.Index("ix_webhook_delivery_due", "state", "endpoint_id", "due_at"),
    sa.Index("ix_webhook_delivery_endpoint", "endpoint_id", "queued_at"),
)
