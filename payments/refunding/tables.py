"""What treasurers ask to be refunded. The refund itself is a fact that Stripe reports (`payments/books/`)."""

import sqlalchemy as sa

from database.columns import Code, Instant, Json, Minor
from database.tables import one_of, table
from payments.refunding.request import RefundReason

# `id` is the idempotency key at Stripe, and stands in the refund's metadata. `parts` are pairs of the share's number
# and minor units. `open_of` is the payment while Stripe has not answered: one request of a payment at a time. The
# answer is a refund (`refund_id`, and what it waits for, if anything) or a refusal (Stripe's code).
refund_request = table(
    "refund_request",
    sa.Column("id", Code, primary_key=True),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), nullable=False),
    sa.Column("payment", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("parts", Json, nullable=False),
    sa.Column("reason", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("open_of", Code),
    sa.Column("answered_at", Instant),
    sa.Column("refund_id", Code),
    sa.Column("waits_for", Code),
    sa.Column("refusal", Code),
    one_of("reason", RefundReason),
    sa.UniqueConstraint("open_of"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("(open_of is null) = (answered_at is not null)", name="answered"),
    sa.CheckConstraint("(answered_at is null) = (refund_id is null and refusal is null)", name="answer"),
    sa.CheckConstraint("refund_id is null or refusal is null", name="one_answer"),
    sa.Index("ix_refund_request_gift_id", "gift_id"),
)
