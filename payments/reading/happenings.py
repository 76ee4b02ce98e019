"""Happenings: what Stripe's messages and lists report, in our own words. Values only.

A happening adds facts; it never says what to post. The other modules of `payments/reading/` make happenings out of
Stripe's objects. The bookkeeper applies them in any order, any number of times, with the same books in the end.
Instants are those of the object that is the fact, never the instant at which we learn of it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from ledger.money import Money
from payments.gifts.gift import GiftState


@dataclass(frozen=True, slots=True)
class ChargeSucceeded:
    """Money was taken from a donor (or from anybody else who pays into the same Stripe account).

    `payment` is the payment intent, else the charge; `gift` is the id in the charge's own metadata, and `mark` the
    installation that wrote it there (none in gifts of versions before). `payer` is the name that the payment carries,
    from a card or a wallet: it is never logged, and kept only where a donor is kept.
    """

    charge: str
    payment: str
    payment_intent: str | None
    amount: Money
    method: str
    at: datetime
    gift: str | None
    mark: str | None = None
    payer: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """A delayed payment failed: taken back, if its success had been posted.

    `gift` is the id in the charge's own metadata.
    """

    charge: str
    payment: str
    amount: Money
    at: datetime
    gift: str | None = None


@dataclass(frozen=True, slots=True)
class CheckoutReported:
    """A Checkout Session led to this payment intent, or put its gift into this state."""

    session: str
    gift: str
    payment_intent: str | None
    state: GiftState | None


@dataclass(frozen=True, slots=True)
class SubscriptionReported:
    """A subscription at Stripe belongs to this recurring gift of ours."""

    subscription: str
    recurring: str


NO_RECURRING_GIFT = ""


@dataclass(frozen=True, slots=True)
class InvoiceReported:
    """An invoice belongs to this recurring gift; `first` when it is the one that began it.

    `recurring` is empty (NO_RECURRING_GIFT) when the invoice names none. That is no fact: old shapes leave it out, and
    a later report may name one. Until then the money of its payments is not ours, and does not wait.
    """

    invoice: str
    recurring: str
    first: bool


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    """This payment (intent, else charge) paid this invoice."""

    invoice: str
    payment: str


ChosenParts = tuple[tuple[int, int], ...]
"""What a refund takes from which share, as a treasurer chose it: pairs of the share's number and minor units."""


@dataclass(frozen=True, slots=True)
class RefundAgreed:
    """Money is to go back. `amount` is in the currency of the charge, positive.

    `parts` add up to it; without any it is split as the gift was.
    """

    refund: str
    payment: str
    amount: Money
    at: datetime
    parts: ChosenParts = ()


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """A refund failed or was cancelled: the money is ours again, in the `parts` in which it was to go back.

    `why` is Stripe's word for it, such as `lost_or_stolen_card`; nothing where it says none.
    """

    refund: str
    payment: str
    amount: Money
    at: datetime
    parts: ChosenParts = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class DisputeFundsMoved:
    """A dispute moved money, in a balance transaction of its own.

    `amount` is in the currency of the charge: negative when withdrawn, positive when reinstated.
    """

    line: str
    dispute: str
    payment: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class PayoutArrived:
    """Stripe reports a payout as paid. `amount` is negative when Stripe debited the bank.

    `day` is its arrival date: a day on the bank statement, the same in every time zone.
    """

    payout: str
    amount: Money
    day: date


@dataclass(frozen=True, slots=True)
class PayoutReturned:
    """A payout failed or was cancelled, perhaps after it was reported as paid."""

    payout: str
    amount: Money
    at: datetime


class StatusObject(StrEnum):
    """Types of objects whose status is fetched, because the order of messages must not decide it."""

    SUBSCRIPTION = "subscription"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    LINK_SESSION = "link_session"  # what was paid by a Payment Link, and whose gift it is


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The status of this object has to be fetched again."""

    what: StatusObject
    id: str


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """Stripe's balance may have new lines: settle soon."""


class Category(StrEnum):
    """What a balance line is, by Stripe's `reporting_category`, as far as it is booked differently."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    PAYOUT_RETURNED = "payout_returned"
    STRIPE_FEE = "stripe_fee"
    TOP_UP = "top_up"
    ADJUSTMENT = "adjustment"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A balance transaction: money entered or left Stripe's balance.

    `amount` and `fee` are in the currency of the balance and signed; `original` is what the line moved of its source,
    with the sign of `amount`, in the currency in which donors paid (None where the source has none). `subject` is
    the payment, refund, dispute or payout that it settles, else the line itself; `payment` the payment behind a
    payment, refund or dispute; `marked` when that payment's own metadata names a gift: this `gift`, which may be
    another system's. A line that is kept is marked only if that gift is ours.
    """

    id: str
    category: Category
    kind: str
    amount: Money
    fee: Money
    original: Money | None
    subject: str
    payment: str | None
    marked: bool
    at: datetime
    gift: str | None = None


@dataclass(frozen=True, slots=True)
class MarkDisproved:
    """This payment's metadata names a gift that is not kept here: its lines were taken for ours, and are a stranger's.

    Stripe does not report it. Versions before 0009 took every such mark for ours.
    """

    payment: str


@dataclass(frozen=True, slots=True)
class FeeBookedWhole:
    """The fee of this line was booked without a campaign, though the gift of its payment is known.

    Stripe does not report it. Versions before this one booked every fee so.
    """

    line: str
    payment: str


@dataclass(frozen=True, slots=True)
class GiftAdopted:
    """The gift or recurring gift of this payment was added here after the payment was reported.

    Stripe does not report it. After the restore of an older backup a treasurer adds what only Stripe knows.
    """

    payment: str


Happening = (
    ChargeSucceeded
    | PaymentFailed
    | CheckoutReported
    | SubscriptionReported
    | InvoiceReported
    | InvoicePaid
    | RefundAgreed
    | RefundFailed
    | DisputeFundsMoved
    | PayoutArrived
    | PayoutReturned
    | StatusChanged
    | BalanceChanged
    | BalanceLine
    | MarkDisproved
    | FeeBookedWhole
    | GiftAdopted
)
