"""How far Stripe's lists were read, and whether our balance agreed with Stripe's."""

import sqlalchemy as sa

from database.columns import Code, Count, Instant, Minor
from database.tables import one_of, table

LISTS = ("events", "charges", "invoice_payments", "balance")

# How far a list of Stripe's was read. Everything up to `reached` is known. An interrupted run goes on after the row
# `cursor`; when it is finished, everything up to `aim` is known.
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
