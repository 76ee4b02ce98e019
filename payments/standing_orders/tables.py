"""Standing orders, and the gifts that came by them."""

import sqlalchemy as sa

from database.columns import BookDate, Code, Count, Instant, Minor
from database.tables import one_of, table
from payments.gifts.recurring import Interval

standing_order = table(
    "standing_order",
    sa.Column("id", Code, primary_key=True),
    sa.Column("reference", Code, nullable=False, unique=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), nullable=False, index=True),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("interval", Code, nullable=False),
    sa.Column("first_day", BookDate, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("ended_on", BookDate),
    one_of("interval", Interval),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# A gift that came for a day on which it was due. One that was taken back leaves its day free for another.
standing_order_gift = table(
    "standing_order_gift",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("order_id", Code, sa.ForeignKey("standing_order.id"), nullable=False),
    sa.Column("due_on", BookDate, nullable=False),
    sa.Index("ix_standing_order_gift_order_id", "order_id"),
)
