"""Subscriptions of another system that wait for a treasurer's decision."""

import sqlalchemy as sa

from database.columns import Code, Flag, Instant, Minor
from database.tables import one_of, table
from payments.gifts.recurring import Interval

# Name and address go once it is decided what becomes of it.
supporter = table(
    "supporter",
    sa.Column("subscription", Code, primary_key=True),
    sa.Column("donor_name", Code, nullable=False),
    sa.Column("donor_email", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("interval", Code, nullable=False),
    sa.Column("product", Code, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("found_at", Instant, nullable=False),
    sa.Column("decided_at", Instant),
    sa.Column("adopted", Flag),
    one_of("interval", Interval),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)
