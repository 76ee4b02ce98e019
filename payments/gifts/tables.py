"""Gifts with their shares and checkouts, recurring gifts, and charges that differ from what was asked.

Foreign keys to other packages are given by table name. Triggers of the migrations refuse to lower a gift's state.
"""

import sqlalchemy as sa

from database.columns import BookDate, Code, Count, Flag, Instant, Minor
from database.tables import one_of, table
from payments.gifts.declaration import DonorKind
from payments.gifts.dedication import DedicationKind
from payments.gifts.gift import GiftState
from payments.gifts.giving_kind import GivingKind
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
    # The recurring gift and the invoice that this is an instalment of. No foreign key: the first gift is stored before
    # its recurring gift.
    sa.Column("recurring_id", Code),
    sa.Column("invoice_id", Code),
    # The code of the link that led to the form; whether the name may be shown; how much of the amount covers fees.
    # All NULL where nobody was asked.
    sa.Column("source", Code),
    sa.Column("show_name", Flag),
    sa.Column("fee_cover_minor", Minor),
    one_of("state", (state.value for state in GiftState)),
    sa.UniqueConstraint("session_id"),
    sa.UniqueConstraint("payment"),
    sa.Index("ix_gift_return_token", "return_token"),
    # The day is in it so that whether somebody gave before is known without reading their gifts.
    sa.Index("ix_gift_donor_id", "donor_id", "received_on"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("fee_cover_minor > 0 and fee_cover_minor < amount_minor", name="fee_cover"),
    sa.CheckConstraint("length(source) between 1 and 40", name="source"),
)

# These indexes have instalments only: receiving a gift given once does not have to write them.
for _name, _column, _unique in (
    ("uq_gift_invoice_id", gift.c.invoice_id, True),
    ("ix_gift_recurring_id", gift.c.recurring_id, False),
):
    sa.Index(_name, _column, unique=_unique, sqlite_where=_column.is_not(None), postgresql_where=_column.is_not(None))

# The desk's list of gifts, its order, its sums and its names, read without the gifts themselves.
RECEIVED, NOT_RECEIVED = gift.c.received_on.is_not(None), gift.c.received_on.is_(None)
_LISTED = ("received_on", "received_at", "id", "currency", "amount_minor", "donor_name", "donor_id")
for _name, _columns, _where in (
    ("ix_gift_listed", [gift.c[_listed] for _listed in _LISTED], RECEIVED),
    ("ix_gift_listed_amount", [gift.c.amount_minor, gift.c.id], RECEIVED),
    # A tenth as wide: SQLite adds up a million gifts in it in a sixth of a second.
    ("ix_gift_listed_sums", [gift.c.received_on, gift.c.currency, gift.c.amount_minor], RECEIVED),
    # From a campaign's shares to their gifts, without the gifts themselves.
    ("ix_gift_received", [gift.c.id, gift.c.received_on, gift.c.currency], RECEIVED),
    ("ix_gift_listed_unpaid", [gift.c.created_at, gift.c.id], NOT_RECEIVED),
):
    sa.Index(_name, *_columns, sqlite_where=_where, postgresql_where=_where)

# Gifts that may still be paid, which are few.
PROMISED = sa.text("state IN ('pending', 'processing')")
sa.Index(
    "ix_gift_promised", gift.c.state, gift.c.currency, gift.c.amount_minor,
    sqlite_where=PROMISED, postgresql_where=PROMISED,
)  # fmt: skip

# What was received in a month (such as 2026-11, by book date), by kind, and by the code of the link that led to it:
# whole gifts, as they were asked for, and nothing of what went back. Written in the transaction that receives.
giving_total = table(
    "giving_total",
    sa.Column("month", Code, primary_key=True),
    sa.Column("kind", Code, primary_key=True),
    sa.Column("currency", Code, primary_key=True),
    sa.Column("source", Code, primary_key=True),
    sa.Column("gifts", Count, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    one_of("kind", GivingKind),
    sa.CheckConstraint("length(month) = 7", name="month"),
    sa.CheckConstraint("gifts > 0 and amount_minor > 0", name="sums"),
)

allocation = table(
    "allocation",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Index("ix_allocation_campaign_id", "campaign_id", "gift_id", "amount_minor"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

# Whom a gift is in honour or in memory of. A letter about it goes to `letter_to`, unless that is empty.
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

# A charge of another amount or currency than was asked for, or a second payment of one gift. It is booked as charged,
# and listed for the treasurer.
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
    sa.Column("method", Code),
    sa.Column("card_expires_on", BookDate),
    sa.Column("looked_at", Instant),
    # When the first instalment was paid: the day of the others.
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
WILL_BE_CHARGED = sa.text("state IN ('active', 'past_due', 'ending') AND next_at IS NOT NULL")
sa.Index(
    "ix_recurring_expected", recurring.c.currency, recurring.c.interval, recurring.c.amount_minor,
    sqlite_where=WILL_BE_CHARGED, postgresql_where=WILL_BE_CHARGED,
)  # fmt: skip

recurring_share = table(
    "recurring_share",
    sa.Column("recurring_id", Code, sa.ForeignKey("recurring.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("weight", Count, nullable=False),
    sa.Index("ix_recurring_share_campaign_id", "campaign_id"),
    sa.CheckConstraint("weight > 0", name="weight"),
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

# How a donor chose to get the receipts of a recurring gift. The latest choice holds; without one each has a letter.
receipt_choice = table(
    "receipt_choice",
    sa.Column("recurring_id", Code, sa.ForeignKey("recurring.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("letters", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("chosen_at", Instant, nullable=False),
    one_of("letters", ReceiptLetters),
)
