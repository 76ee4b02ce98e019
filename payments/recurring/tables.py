"""Standing instructions, their shares, and what Stripe tells about them."""

import sqlalchemy as sa

from database.columns import Code, Count, Flag, Instant, Minor
from database.tables import one_of, table
from payments.recurring.recurring import Interval, RecurringState

# A standing instruction. What it asks for now: earlier instalments keep what they were.
recurring = table(
    "recurring",
    sa.Column("id", Code, primary_key=True),
    sa.Column("state", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("interval", Code, nullable=False),
    sa.Column("donor_name", Code, nullable=False),
    sa.Column("donor_email", Code, nullable=False),
    sa.Column("first_gift_id", Code, sa.ForeignKey("gift.id"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    # When to stop, as the donor chose it: a day, or a number of instalments; neither means: until cancelled.
    sa.Column("ends_at", Instant),
    sa.Column("instalments", Count),
    # Fact, once it is known; the rest is as Stripe last said it.
    sa.Column("subscription", Code),
    sa.Column("stripe_ends_at", Instant),
    sa.Column("paused_at", Instant),
    sa.Column("next_at", Instant),
    sa.Column("retry_at", Instant),
    sa.Column("failed_attempts", Count, nullable=False),
    sa.Column("looked_at", Instant),
    one_of("state", (state.value for state in RecurringState)),
    one_of("interval", (interval.value for interval in Interval)),
    sa.UniqueConstraint("subscription"),
    sa.UniqueConstraint("first_gift_id"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("instalments > 0", name="instalments"),
)

recurring_share = table(
    "recurring_share",
    sa.Column("recurring_id", Code, sa.ForeignKey("recurring.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("weight", Count, nullable=False),
    sa.Index("ix_recurring_share_campaign_id", "campaign_id"),
    sa.CheckConstraint("weight > 0", name="weight"),
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

# What a treasurer changed in a recurring gift, and which answer Stripe gave.
recurring_act = table(
    "recurring_act",
    sa.Column("id", Code, primary_key=True),
    sa.Column("recurring_id", Code, sa.ForeignKey("recurring.id"), nullable=False),
    sa.Column("act", Code, nullable=False),
    sa.Column("amount_minor", Minor),
    sa.Column("who", Code, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    one_of("act", ("amount", "pause", "resume", "end_now", "end_later")),
    sa.Index("ix_recurring_act_recurring_id", "recurring_id"),
)
