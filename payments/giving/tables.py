"""The way to Stripe in a crowd: how fast checkouts are opened, who waits, whether a puzzle is asked, payment links.

And the postal addresses that forms ask for where receipts want them.
"""

import sqlalchemy as sa

from database.columns import Code, Count, Instant
from database.tables import one_of, table

# When the next checkout of a lane may be opened, in microseconds since 1970: what all webs take their moments from.
pace = table(
    "pace",
    sa.Column("lane", Code, primary_key=True),
    sa.Column("next_us", Count, nullable=False),
    one_of("lane", ("new", "back")),
)

# A gift whose donor waits for a checkout, or has a letter that leads there (`turn_at` is not known yet). The ticket
# opens the page on which they wait.
checkout_turn = table(
    "checkout_turn",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("ticket", Code, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("turn_at", Instant),
    sa.Column("taken_at", Instant),
    sa.Column("tries", Count, nullable=False),
    sa.UniqueConstraint("ticket"),
    sa.Index("ix_checkout_turn_made_at", "made_at"),
    sa.CheckConstraint("length(ticket) = 32", name="ticket"),
    sa.CheckConstraint("tries >= 0", name="tries"),
)

# Whether every form is asked for a puzzle, and until when.
puzzle_demand = table(
    "puzzle_demand",
    sa.Column("place", Code, primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    one_of("place", ("site",)),
    sa.CheckConstraint("since <= until", name="instants_in_order"),
)

# A campaign's Payment Link at Stripe, for the hour in which we can open no checkout.
payment_link = table(
    "payment_link",
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), primary_key=True, autoincrement=False),
    sa.Column("link_id", Code, nullable=False),
    sa.Column("url", Code, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.UniqueConstraint("link_id"),
    sa.CheckConstraint("url like 'http%'", name="url"),
)

# Where the giver of this gift lives, if receipts want it: typed with the gift, or later. It goes with an erased donor.
postal_address = table(
    "postal_address",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("street", Code, nullable=False),
    sa.Column("town", Code, nullable=False),
    sa.Column("region", Code, nullable=False),
    sa.Column("postcode", Code, nullable=False),
    sa.Column("country", Code, nullable=False),
    sa.Column("typed_at", Instant, nullable=False),
    sa.CheckConstraint("street <> '' AND town <> '' AND postcode <> ''", name="whole"),
)
