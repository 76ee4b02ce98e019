"""What Stripe's messages and lists tell us, in our words: values only.

A happening adds facts; it never says what to post. Whoever reads Stripe's shapes (`payments/reading/`) makes
these, and the bookkeeper applies them: in any order, any number of times, with the same books in the end.
Instants are those of the object that is the fact, never of our hearing about it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.money import Money
from payments.gifts.gift import GiftState


@dataclass(frozen=True, slots=True)
class ChargeSucceeded:
    """Money was taken from a donor (or from somebody else who pays into the same Stripe account).

    `payment` is the payment intent, else the charge; `gift` what the charge's own metadata says.
    """

    charge: str
    payment: str
    payment_intent: str | None
    amount: Money
    method: str
    at: datetime
    gift: str | None


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """A delayed payment failed: taken back, if its success had been posted.

    `gift` is what the charge's own metadata says.
    """

    charge: str
    payment: str
    amount: Money
    at: datetime
    gift: str | None = None


@dataclass(frozen=True, slots=True)
class CheckoutReported:
    """A Checkout Session says which payment intent it led to, and perhaps how its gift stands."""

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

    `recurring` is empty (NO_RECURRING_GIFT) when the invoice says that it is no gift's: then what its payments bring is
    somebody else's money, and need not wait for more.
    """

    invoice: str
    recurring: str
    first: bool


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    """This payment (intent, else charge) paid this invoice."""

    invoice: str
    payment: str


@dataclass(frozen=True, slots=True)
class RefundAgreed:
    """Money is to go back. `amount` is in the currency of the charge, positive."""

    refund: str
    payment: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """A refund failed or was cancelled: the money is ours again."""

    refund: str
    payment: str
    amount: Money
    at: datetime


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
    """Stripe calls a payout paid. `amount` is negative when Stripe debited the bank; `at` its arrival date."""

    payout: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class PayoutReturned:
    """A payout failed or was cancelled; one that had arrived has not, after all."""

    payout: str
    amount: Money
    at: datetime


class StatusObject(StrEnum):
    """Objects whose status is fetched anew, because the order of messages must not decide it."""

    SUBSCRIPTION = "subscription"
    DISPUTE = "dispute"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Look at this object again."""

    what: StatusObject
    id: str


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """Stripe's balance has lines that we may not have read: settle soon."""


class Category(StrEnum):
    """What a line of the balance is, by Stripe's `reporting_category`, as far as the books differ."""

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

    `amount` and `fee` are in the currency of the balance and signed; `original` is the source's own amount with
    the sign of `amount`, in the currency in which donors paid (None where the source has none). `subject` is
    the payment, refund, dispute or payout that it settles, else the line itself; `payment` the payment behind a
    payment, refund or dispute; `marked` when that payment's own metadata says that it is ours.
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
)
