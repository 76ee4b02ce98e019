"""Lines of Stripe's balance, how far its lists were walked, and whether our balance agreed with Stripe's."""

import sqlalchemy as sa

from database.columns import Code, Count, Flag, Instant, Minor
from database.tables import one_of, table
from payments.happenings import Category

# Fact: this balance transaction. `ours` is decided when it is posted: NULL while it waits for a link. What was
# taken for somebody else's may turn out to be ours, never the other way round.
balance_line = table(
    "balance_line",
    sa.Column("id", Code, primary_key=True),
    sa.Column("category", Code, nullable=False),
    sa.Column("kind", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("fee_minor", Minor, nullable=False),
    sa.Column("original_currency", Code),
    sa.Column("original_minor", Minor),
    sa.Column("subject", Code, nullable=False),
    sa.Column("payment", Code),
    sa.Column("marked", Flag, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ours", Flag),
    sa.Column("payout_id", Code),
    one_of("category", (category.value for category in Category)),
    sa.Index("ix_balance_line_subject", "subject"),
    sa.Index("ix_balance_line_payment", "payment"),
    sa.Index("ix_balance_line_payout_id", "payout_id"),
)

LISTS = ("events", "charges", "invoice_payments", "balance")

# How far a list of Stripe's was read. `reached` is the instant up to which everything is known; a walk that was
# cut off goes on at `cursor`, whose aim was `aim`.
walk = table(
    "walk",
    sa.Column("name", Code, primary_key=True),
    sa.Column("reached", Instant),
    sa.Column("aim", Instant),
    sa.Column("cursor", Code),
    sa.Column("walked_at", Instant),
    one_of("name", LISTS),
)

# The last comparison of our `stripe` account with Stripe's available and pending, by currency.
balance_check = table(
    "balance_check",
    sa.Column("currency", Code, primary_key=True),
    sa.Column("ours_minor", Minor, nullable=False),
    sa.Column("theirs_minor", Minor, nullable=False),
    sa.Column("checked_at", Instant, nullable=False),
)

# Whether Stripe answers: one row. `failing_since` is empty while it does.
contact = table(
    "contact",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("answered_at", Instant),
    sa.Column("failing_since", Instant),
    sa.Column("error", Code),
    sa.CheckConstraint("id = 1", name="one"),
)
