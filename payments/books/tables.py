"""The facts that Stripe's messages and lists report. Entries follow from them."""

import sqlalchemy as sa

from database.columns import Code, Flag, Instant, Json, Minor
from database.tables import one_of, table
from payments.reading.happenings import Category

# Fact: this charge succeeded. `gift_hint` is what its metadata says; `gift_id` is set once it is known.
# A payment may have several: a debit that was taken back is collected again under the same payment intent.
charge = table(
    "charge",
    sa.Column("id", Code, primary_key=True),
    sa.Column("payment", Code, nullable=False),
    sa.Column("payment_intent", Code),
    sa.Column("gift_hint", Code),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("method", Code, nullable=False),
    sa.Column("succeeded_at", Instant, nullable=False),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id")),
    sa.Index("ix_charge_payment", "payment", "gift_id"),
    sa.Index("ix_charge_gift_id", "gift_id"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)
# Those that name a gift which is not known, or not yet: few.
_UNKNOWN = sa.and_(charge.c.gift_id.is_(None), charge.c.gift_hint.is_not(None))
sa.Index("ix_charge_without_gift", charge.c.succeeded_at, sqlite_where=_UNKNOWN, postgresql_where=_UNKNOWN)

# Fact: this delayed payment failed, after its success or without one.
payment_failure = table(
    "payment_failure",
    sa.Column("charge", Code, primary_key=True),
    sa.Column("payment", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("failed_at", Instant, nullable=False),
    sa.Index("ix_payment_failure_payment", "payment"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# Fact: this refund was agreed, and perhaps came back.
refund = table(
    "refund",
    sa.Column("id", Code, primary_key=True),
    sa.Column("payment", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("agreed_at", Instant),
    sa.Column("undone_at", Instant),
    # What it takes from which share, where that was chosen: pairs of the share's number and minor units.
    sa.Column("parts", Json),
    # Why it failed, in Stripe's word.
    sa.Column("failure_reason", Code),
    sa.Index("ix_refund_payment", "payment"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# Fact: a dispute moved this money, in this balance transaction. Negative when it was withdrawn.
dispute_move = table(
    "dispute_move",
    sa.Column("line_id", Code, primary_key=True),
    sa.Column("dispute", Code, nullable=False),
    sa.Column("payment", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("moved_at", Instant, nullable=False),
    sa.Index("ix_dispute_move_payment", "payment"),
    sa.Index("ix_dispute_move_dispute", "dispute"),
    sa.CheckConstraint("amount_minor <> 0", name="amount"),
)

# The status of a dispute, as it was last fetched.
dispute = table(
    "dispute",
    sa.Column("id", Code, primary_key=True),
    sa.Column("payment", Code, nullable=False),
    sa.Column("status", Code, nullable=False),
    sa.Column("reason", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("answer_by", Instant),
    sa.Column("looked_at", Instant, nullable=False),
    sa.Index("ix_dispute_payment", "payment"),
)

# Fact: a payout, when it arrived and when it came back. `status` is as it was last fetched.
payout = table(
    "payout",
    sa.Column("id", Code, primary_key=True),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("arrived_at", Instant),
    sa.Column("returned_at", Instant),
    sa.Column("status", Code),
    sa.Column("automatic", Flag),
    sa.Column("looked_at", Instant),
    # What its lines add up to, once Stripe has worked them out; equal to the amount when all is well.
    sa.Column("lines_minor", Minor),
    sa.CheckConstraint("amount_minor <> 0", name="amount"),
)

# Money facts about payments whose gift was not known when they came: posted by the transaction that makes it known.
waiting_fact = table(
    "waiting_fact",
    sa.Column("payment", Code, primary_key=True),
    sa.Column("fact", Code, primary_key=True),
    sa.Column("kind", Code, nullable=False),
    sa.Column("since", Instant, nullable=False),
    one_of("kind", ("refund", "dispute")),
)

# Fact: this invoice is this recurring gift's. No foreign key: an invoice may name one that is not kept here.
invoice = table(
    "invoice",
    sa.Column("id", Code, primary_key=True),
    sa.Column("recurring_id", Code, nullable=False),
    sa.Column("is_first", Flag, nullable=False),
    sa.Index("ix_invoice_recurring_id", "recurring_id"),
)

# Fact: this payment paid this invoice.
invoice_payment = table(
    "invoice_payment",
    sa.Column("payment", Code, primary_key=True),
    sa.Column("invoice_id", Code, nullable=False),
    sa.Index("ix_invoice_payment_invoice_id", "invoice_id"),
)

# Fact: this balance transaction. `ours` is decided when it is posted: NULL while it waits for a link. A line
# that was taken for not ours may turn out to be ours, never the other way round.
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
