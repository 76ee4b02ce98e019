"""Gifts that are not kept here although Stripe has them."""

import sqlalchemy as sa

from database.columns import Code, Count, Flag, Instant, Json, Minor
from database.tables import one_of, table

# A gift that is not kept here although Stripe has it with our mark: this database was restored from an older backup.
# `id` is the gift's, or the recurring gift's; `first_gift` the gift's, or the one that began it. `shares` are pairs of
# a campaign's address and minor units. Of a recurring gift that is another's only the id is kept. Name and email go
# once it is decided what becomes of it.
lost_gift = table(
    "lost_gift",
    sa.Column("id", Code, primary_key=True),
    sa.Column("kind", Code, nullable=False),
    sa.Column("first_gift", Code),
    sa.Column("currency", Code),
    sa.Column("amount_minor", Minor),
    sa.Column("interval", Code),
    sa.Column("shares", Json, nullable=False),
    sa.Column("donor_name", Code, nullable=False),
    sa.Column("donor_email", Code, nullable=False),
    sa.Column("given_at", Instant),
    sa.Column("session_id", Code),
    sa.Column("subscription", Code),
    sa.Column("found_at", Instant, nullable=False),
    sa.Column("decided_at", Instant),
    sa.Column("adopted", Flag),
    # Of a recurring gift: pairs of a campaign's address and its weight, and the end and the day that its donor chose;
    # where the end is not known, when Stripe stops.
    sa.Column("weights", Json),
    sa.Column("ends_at", Instant),
    sa.Column("instalments", Count),
    sa.Column("day", Count),
    sa.Column("stops_at", Instant),
    # The code of the link that led to the form.
    sa.Column("source", Code),
    one_of("kind", ("once", "recurring", "stranger")),
    sa.CheckConstraint(
        "kind = 'stranger' OR (first_gift IS NOT NULL AND amount_minor > 0 AND currency IS NOT NULL"
        " AND given_at IS NOT NULL)",
        name="money",
    ),
)
