"""A recurring gift: a standing instruction, its rhythm, its end and its states. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from ledger.money import Money
from payments.gifts.gift import DonorDetails, Gift, GiftState, Share, allocate

# The name space of the ids of instalments: the same invoice makes the same gift, however often it is reported.
INSTALMENTS = UUID("9a3c5be0-1f0d-4f59-8a53-6f2f9f1f6f44")
# The name space of the ids of recurring gifts: the same first gift begins the same one.
BEGINNINGS = UUID("0d5a2b0e-6a3c-4a0a-9d7e-0b6c1a6f7f52")

# The last day that every month has.
LAST_CHOSEN_DAY = 28


class Interval(StrEnum):
    """How often a recurring gift is given."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class RecurringState(StrEnum):
    """The state of a recurring gift, set from Stripe's subscription as it is now, never by the order of messages."""

    PENDING = "pending"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    ENDING = "ending"
    ENDED = "ended"


class ReceiptLetters(StrEnum):
    """What a donor is mailed for the gifts of a recurring gift after the first: each receipt, or a year's statement."""

    EACH = "each"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and when to stop: after an instant, or after a number of instalments; with neither, when cancelled.

    `day` is the day of the month of a monthly gift's instalments after the first; None is the first one's own day.
    """

    interval: Interval
    ends_at: datetime | None = None
    instalments: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and (self.interval is not Interval.MONTH or not 1 <= self.day <= LAST_CHOSEN_DAY):
            raise ValueError(f"only a monthly gift has a day of the month: 1 to {LAST_CHOSEN_DAY}")
        if self.ends_at is not None and self.instalments is not None:
            raise ValueError("a recurring gift ends on a day or after a number of instalments, not both")


@dataclass(frozen=True, slots=True)
class FeeCover:
    """What a donor added for fees to a gift, and what the gift came to with it."""

    added: Money
    payment: Money

    def within(self, charged: Money) -> Money | None:
        """The same part of another payment, rounded down to what can be charged; None where it comes to nothing."""
        if charged.currency != self.payment.currency:
            return None
        step = charged.currency.step
        part = charged.minor * self.added.minor // self.payment.minor // step * step
        return Money(part, charged.currency) if part else None


@dataclass(frozen=True, slots=True)
class Recurring:
    """A standing instruction. `amount` is what the next instalment asks for.

    `began_at` is when its first instalment was paid, whose day the others keep; None until Stripe was asked.
    `cover` is what its donor added for fees to the first one: the same part of each instalment covers fees.
    """

    id: str
    state: RecurringState
    amount: Money
    interval: Interval
    shares: tuple[Share, ...]
    donor: DonorDetails
    first_gift: str
    created_at: datetime
    ends_at: datetime | None = None
    instalments: int | None = None
    subscription: str | None = None
    donor_id: str | None = None
    began_at: datetime | None = None
    day: int | None = None
    cover: FeeCover | None = None

    @property
    def rhythm(self) -> Rhythm:
        """How often it is given, on which day, and until when, as the donor chose."""
        return Rhythm(self.interval, self.ends_at, self.instalments, self.day)


@dataclass(frozen=True, slots=True)
class SubscriptionStatus:
    """A recurring gift as Stripe carries it out.

    `amount` is what the next instalment asks for; `next_at` when, None when none is to come or while it is paused.
    `retry_at` is Stripe's next attempt after `attempts` failed ones. `ends_at` is when it ends or ended: the end of
    the last instalment's period. `began_at` is when the first instalment was paid, or a debit for it was begun.
    `method` is Stripe's type of the payment method, such as `card`; `card_expires_on` the last day that a card is good
    for. Both are None where Stripe did not say. `decline` is Stripe's code for why the last attempt failed.
    """

    subscription: str
    recurring: str | None
    state: RecurringState
    amount: Money
    next_at: datetime | None
    retry_at: datetime | None
    attempts: int
    ends_at: datetime | None
    paused: bool
    resumes_at: datetime | None
    began_at: datetime | None = None
    method: str | None = None
    card_expires_on: date | None = None
    decline: str | None = None


@dataclass(frozen=True, slots=True)
class RecurringStanding:
    """A recurring gift as Stripe was last seen to carry it out: what a new status is compared with.

    `ends_as_promised`: the donor chose a day or a number of instalments.
    """

    state: RecurringState
    amount: Money
    is_paused: bool
    ends_at: datetime | None
    ends_as_promised: bool


@dataclass(frozen=True, slots=True)
class SubscriptionPlan:
    """What has to change at Stripe: when the next instalment is due, and when it stops. None stays as it is."""

    next_due: datetime | None
    stops_at: datetime | None


def begin(first: Gift, rhythm: Rhythm, shares: Sequence[Share] = ()) -> Recurring:
    """The standing instruction that a pending first gift begins.

    It keeps these shares, whatever is decided about its campaigns later; without them it is shared as that gift is.
    """
    as_first = tuple(Share(part.n, part.campaign, part.amount.minor) for part in first.allocations)
    return Recurring(
        id=recurring_id_of(first.id),
        state=RecurringState.PENDING,
        amount=first.amount,
        interval=rhythm.interval,
        shares=tuple(shares) or as_first,
        donor=first.donor,
        first_gift=first.id,
        created_at=first.created_at,
        ends_at=rhythm.ends_at,
        instalments=rhythm.instalments,
        donor_id=first.donor_id,
        day=rhythm.day,
        cover=FeeCover(first.fee_cover, first.amount) if first.fee_cover else None,
    )


def recurring_id_of(first_gift: str) -> str:
    """The id of the recurring gift that this gift begins."""
    return str(uuid5(BEGINNINGS, first_gift))


def instalment_id(invoice: str) -> str:
    """The id of the gift that this invoice makes: the same invoice is the same gift."""
    return str(uuid5(INSTALMENTS, invoice))


def instalment(recurring: Recurring, invoice: str, charged: Money, at: datetime) -> Gift:
    """The gift that a later invoice makes: split by the recurring gift's weights, whatever amount was charged."""
    return Gift(
        id=instalment_id(invoice),
        state=GiftState.PENDING,
        amount=charged,
        allocations=allocate(charged, recurring.shares),
        donor=recurring.donor,
        created_at=at,
        attempted_at=at,
        return_token=str(uuid5(INSTALMENTS, f"return {invoice}")),
        recurring_id=recurring.id,
        invoice_id=invoice,
        donor_id=recurring.donor_id,
        fee_cover=recurring.cover.within(charged) if recurring.cover else None,
    )
