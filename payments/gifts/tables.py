"""Gifts with their shares and checkouts, recurring gifts, and charges that differ from what was asked.

Foreign keys to other packages are given by table name. Triggers of the migrations refuse to lower a gift's state.
"""

from typing import Any

import sqlalchemy as sa

from database.columns import BookDate, Code, Count, Flag, Instant, Json, Minor
from database.tables import one_of, table
from payments.gifts.declaration import DonorKind
from payments.gifts.dedication import DedicationKind
from payments.gifts.gift import GiftState
from payments.gifts.offline import Means
from payments.gifts.recurring import Interval, ReceiptLetters, RecurringState

# What a gift is and who gave it. The money is in the ledger; this is what was asked for.
gift = table(
    "gift",
    sa.Column("id", Code, primary_key=True),
    sa.Column("state", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    # Who gives (a trigger refuses a gift without), and what they typed: that stays with the gift.
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id")),
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
    # What this is an instalment of. No foreign key: the first gift is stored before its recurring gift.
    sa.Column("recurring_id", Code),
    sa.Column("invoice_id", Code),
    # The link's code; whether the name may be shown; how much covers fees. All NULL where nobody was asked.
    sa.Column("source", Code),
    sa.Column("show_name", Flag),
    sa.Column("fee_cover_minor", Minor),
    one_of("state", (state.value for state in GiftState)),
    sa.UniqueConstraint("session_id"),
    sa.UniqueConstraint("payment"),
    sa.Index("ix_gift_return_token", "return_token"),
    sa.Index("ix_gift_donor_id", *"donor_id received_on received_at id currency amount_minor".split()),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("fee_cover_minor > 0 and fee_cover_minor < amount_minor", name="fee_cover"),
    sa.CheckConstraint("length(source) between 1 and 40", name="source"),
)


def _partial(name: str, condition: sa.ColumnElement[bool], *columns: sa.Column[Any], unique: bool = False) -> None:
    sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


# These have instalments only: receiving a gift given once does not have to write them.
_partial("uq_gift_invoice_id", gift.c.invoice_id.is_not(None), gift.c.invoice_id, unique=True)
_partial("ix_gift_recurring_id", gift.c.recurring_id.is_not(None), gift.c.recurring_id)
# The desk's list of gifts, its order, sums and names, and a campaign's gifts, read without the gifts themselves.
RECEIVED, NOT_RECEIVED = gift.c.received_on.is_not(None), gift.c.received_on.is_(None)
_LISTED = "received_on received_at id currency amount_minor donor_name donor_id".split()
_partial("ix_gift_listed", RECEIVED, *(gift.c[_column] for _column in _LISTED))
_partial("ix_gift_listed_amount", RECEIVED, gift.c.amount_minor, gift.c.id, gift.c.currency)
_partial("ix_gift_listed_sums", RECEIVED, gift.c.received_on, gift.c.currency, gift.c.amount_minor)
_partial("ix_gift_received", RECEIVED, gift.c.id, gift.c.received_on, gift.c.currency)
_partial("ix_gift_listed_unpaid", NOT_RECEIVED, gift.c.created_at, gift.c.id)
PROMISED = sa.and_(sa.text("state IN ('pending', 'processing')"))  # may still be paid: few
_partial("ix_gift_promised", PROMISED, gift.c.state, gift.c.currency, gift.c.amount_minor)

allocation = table(
    "allocation",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Index("ix_allocation_campaign_id", "campaign_id", "gift_id", "amount_minor"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# Whom a gift is in honour or in memory of. A letter about it goes to `letter_to`, if there is one.
dedication = table(
    "dedication",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("kind", Code, nullable=False),
    sa.Column("name", Code, nullable=False),
    sa.Column("letter_to", Code, nullable=False),
    one_of("kind", DedicationKind),
    sa.CheckConstraint("name <> ''", name="name"),
)

# Who gives, as they declared it before paying: asked for above the threshold of the organisation's rules.
declaration = table(
    "declaration",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("kind", Code, nullable=False),
    sa.Column("name", Code, nullable=False),
    sa.Column("address", Code, nullable=False),
    sa.Column("number", Code, nullable=False),
    sa.Column("words", Code, nullable=False),
    sa.Column("words_version", Code, nullable=False),
    sa.Column("declared_at", Instant, nullable=False),
    one_of("kind", DonorKind),
    sa.CheckConstraint("name <> '' and address <> ''", name="who"),
    sa.CheckConstraint("words <> '' and words_version <> ''", name="words"),
)

# Fact: this Checkout Session belongs to this gift and led to this payment intent.
checkout = table(
    "checkout",
    sa.Column("session_id", Code, primary_key=True),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), nullable=False),
    sa.Column("payment_intent", Code),
    sa.UniqueConstraint("payment_intent"),
)

# A charge of another amount or currency than was asked for, or a second payment of one gift: booked as charged, listed.
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

# A treasurer has dealt with this discrepancy.
settled_discrepancy = table(
    "settled_discrepancy",
    sa.Column("charge", Code, sa.ForeignKey("discrepancy.charge"), primary_key=True),
    sa.Column("who", Code, nullable=False),
    sa.Column("settled_at", Instant, nullable=False),
)

# A recurring gift, with the amount that the next instalment asks for. Earlier instalments keep their own.
recurring = table(
    "recurring",
    sa.Column("id", Code, primary_key=True),
    sa.Column("state", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("interval", Code, nullable=False),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), index=True),
    sa.Column("donor_name", Code, nullable=False),
    sa.Column("donor_email", Code, nullable=False),
    sa.Column("first_gift_id", Code, sa.ForeignKey("gift.id"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    # When to stop, as the donor chose it: a day, or a number of instalments; neither means: until cancelled.
    sa.Column("ends_at", Instant),
    sa.Column("instalments", Count),
    # `subscription` is a fact, once it is known. The columns after it are Stripe's, as they were last fetched.
    sa.Column("subscription", Code),
    sa.Column("stripe_ends_at", Instant),
    sa.Column("paused_at", Instant),
    sa.Column("resumes_at", Instant),
    sa.Column("next_at", Instant),
    sa.Column("retry_at", Instant),
    sa.Column("failed_attempts", Count, nullable=False),
    sa.Column("failing_since", Instant),
    sa.Column("decline", Code),
    sa.Column("method", Code),
    sa.Column("card_expires_on", BookDate),
    sa.Column("looked_at", Instant),
    sa.Column("began_at", Instant),
    # The day of the month that the donor chose for the instalments after the first; NULL: the first one's own.
    sa.Column("chosen_day", Count),
    one_of("state", (state.value for state in RecurringState)),
    one_of("interval", (interval.value for interval in Interval)),
    sa.UniqueConstraint("subscription"),
    sa.UniqueConstraint("first_gift_id"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("instalments > 0", name="instalments"),
    sa.CheckConstraint("chosen_day between 1 and 28", name="chosen_day"),
    sa.Index("ix_recurring_state", "state", "stripe_ends_at"),
    sa.Index("ix_recurring_began", "interval", "began_at", "state", "stripe_ends_at"),
)
# Those of which another instalment will be charged.
WILL_BE_CHARGED = sa.and_(sa.text("state IN ('active', 'past_due', 'ending') AND next_at IS NOT NULL"))
_partial("ix_recurring_expected", WILL_BE_CHARGED, recurring.c.currency, recurring.c.interval, recurring.c.amount_minor)

recurring_share = table(
    "recurring_share",
    sa.Column("recurring_id", Code, sa.ForeignKey("recurring.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("weight", Count, nullable=False),
    sa.Index("ix_recurring_share_campaign_id", "campaign_id"),
    sa.CheckConstraint("weight > 0", name="weight"),
)

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

# A share of a gift was moved to another campaign: the allocation names the campaign that it counts for now.
gift_move = table(
    "gift_move",
    sa.Column("id", Code, primary_key=True),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), nullable=False),
    sa.Column("n", Count, nullable=False),
    sa.Column("from_campaign", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("to_campaign", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("why", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("moved_at", Instant, nullable=False),
    sa.CheckConstraint("from_campaign <> to_campaign", name="two"),
    sa.CheckConstraint("why <> ''", name="why"),
    sa.Index("ix_gift_move_gift_id", "gift_id"),
)

# A gift that did not come through Stripe: how it came, on which day, and whether it counts toward the target.
# `reference` is a cheque's number, what the bank statement says, or what was given in kind.
offline_gift = table(
    "offline_gift",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("means", Code, nullable=False),
    sa.Column("given_on", BookDate, nullable=False),
    sa.Column("reference", Code, nullable=False),
    sa.Column("counts", Flag, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("taken_back_at", Instant),
    sa.Column("taken_back_by", Code),
    sa.Column("why", Code),
    one_of("means", Means),
    sa.CheckConstraint("(taken_back_at is null) = (taken_back_by is null)", name="taken_back"),
    sa.CheckConstraint("(taken_back_at is null) = (why is null)", name="why"),
    sa.CheckConstraint("means <> 'in_kind' or reference <> ''", name="what"),
)

# What a donor or a treasurer asked to change in a recurring gift, and when Stripe had made the change. `until` is when
# a pause ends by itself, `day` the new day of the month, `reason` why the donor stops, if they said so.
recurring_act = table(
    "recurring_act",
    sa.Column("id", Code, primary_key=True),
    sa.Column("recurring_id", Code, sa.ForeignKey("recurring.id"), nullable=False),
    sa.Column("act", Code, nullable=False),
    sa.Column("amount_minor", Minor),
    sa.Column("until", Instant),
    sa.Column("day", Count),
    sa.Column("reason", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    one_of("act", ("amount", "day", "pause", "resume", "end_now", "end_later")),
    sa.CheckConstraint("(act = 'day') = (day IS NOT NULL) and (day is null or day between 1 and 28)", name="day"),
    sa.Index("ix_recurring_act_recurring_id", "recurring_id"),
)

# How a donor gets receipts of a recurring gift. The latest choice holds; without one each has a letter.
receipt_choice = table(
    "receipt_choice",
    sa.Column("recurring_id", Code, sa.ForeignKey("recurring.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("letters", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("chosen_at", Instant, nullable=False),
    one_of("letters", ReceiptLetters),
)
