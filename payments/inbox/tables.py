"""Every correctly signed message from Stripe."""

import sqlalchemy as sa

from database.columns import Bytes, Code, Count, Flag, Instant
from database.tables import table

# Every correctly signed message. It is in the books if it has `applied_at`; without that, but with an error, it is a
# dead letter.
delivery = table(
    "delivery",
    sa.Column("id", Code, primary_key=True),
    sa.Column("type", Code, nullable=False),
    sa.Column("api_version", Code),
    sa.Column("digest", Code, nullable=False),
    sa.Column("livemode", Flag, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("applied_at", Instant),
    sa.Column("attempts", Count, nullable=False),
    sa.Column("error", Code),
    sa.Column("next_attempt_at", Instant),
)
sa.Index(
    "ix_delivery_unapplied",
    delivery.c.next_attempt_at,
    sqlite_where=delivery.c.applied_at.is_(None),
    postgresql_where=delivery.c.applied_at.is_(None),
)

# The body has a table of its own because it holds personal data and may be deleted; the delivery's row stays.
delivery_body = table(
    "delivery_body",
    sa.Column("delivery_id", Code, sa.ForeignKey("delivery.id"), primary_key=True),
    sa.Column("body", Bytes, nullable=False),
)
