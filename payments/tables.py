"""Gifts with their shares, what Stripe sent us, and the facts that we read out of it.

Foreign keys to other packages go by table name. A state only rises; the migration's triggers see to it.
"""

import sqlalchemy as sa

from database.columns import BookDate, Bytes, Code, Count, Flag, Instant, Minor
from database.tables import one_of, table
from payments.gifts import GiftState

# What a gift is and who gave it. The money is in the ledger; this is what was asked for.
gift = table(
    "gift",
    sa.Column("id", Code, primary_key=True),
    sa.Column("state", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("donor_name", Code, nullable=False),
    sa.Column("donor_email", Code, nullable=False),
    sa.Column("message", Code, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("received_at", Instant),
    sa.Column("received_on", BookDate),
    sa.Column("attempts", Count, nullable=False),
    sa.Column("attempted_at", Instant, nullable=False),
    sa.Column("return_token", Code, nullable=False),
    sa.Column("session_id", Code),
    sa.Column("payment", Code),
    # The standing instruction and the invoice that it is an instalment of. By name only: the first gift of a
    # recurring one is there before it.
    sa.Column("recurring_id", Code),
    sa.Column("invoice_id", Code),
    one_of("state", (state.value for state in GiftState)),
    sa.UniqueConstraint("session_id"),
    sa.UniqueConstraint("payment"),
    sa.Index("ix_gift_return_token", "return_token"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# Only instalments stand in these: a gift given once is not written into them when it is received.
for _name, _column, _unique in (
    ("uq_gift_invoice_id", gift.c.invoice_id, True),
    ("ix_gift_recurring_id", gift.c.recurring_id, False),
):
    sa.Index(_name, _column, unique=_unique, sqlite_where=_column.is_not(None), postgresql_where=_column.is_not(None))

allocation = table(
    "allocation",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Index("ix_allocation_campaign_id", "campaign_id"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# Every message that came with a right signature. `applied_at` is the mark that it is in the books;
# a row with an error and no mark is a dead letter.
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

# The body stands apart because it holds personal data and may be deleted; the delivery's row stays for ever.
delivery_body = table(
    "delivery_body",
    sa.Column("delivery_id", Code, sa.ForeignKey("delivery.id"), primary_key=True),
    sa.Column("body", Bytes, nullable=False),
)

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
    sa.Index("ix_charge_payment", "payment"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# Fact: this Checkout Session belongs to this gift and led to this payment intent.
checkout = table(
    "checkout",
    sa.Column("session_id", Code, primary_key=True),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), nullable=False),
    sa.Column("payment_intent", Code),
    sa.UniqueConstraint("payment_intent"),
)

# A charge that is not what was asked (another amount or currency, or a second payment of one gift):
# booked as charged, shown to the treasurer.
discrepancy = table(
    "discrepancy",
    sa.Column("charge", Code, sa.ForeignKey("charge.id"), primary_key=True),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), nullable=False),
    sa.Column("asked_minor", Minor, nullable=False),
    sa.Column("asked_currency", Code, nullable=False),
    sa.Column("charged_minor", Minor, nullable=False),
    sa.Column("charged_currency", Code, nullable=False),
    sa.Column("noted_at", Instant, nullable=False),
    sa.Column("why", Code, nullable=False),
    one_of("why", ("amount", "currency", "second_payment")),
)

# A treasurer has looked at a discrepancy and done what was to be done.
settled_discrepancy = table(
    "settled_discrepancy",
    sa.Column("charge", Code, sa.ForeignKey("discrepancy.charge"), primary_key=True),
    sa.Column("who", Code, nullable=False),
    sa.Column("settled_at", Instant, nullable=False),
)

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

# How a dispute stands, as Stripe last said it.
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

# Fact: a payout, when it arrived and when it came back. `status` is as Stripe last said it.
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
