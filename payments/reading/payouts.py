"""Payouts: money that left for the bank, arrived, or came back. Negative when Stripe debits the bank."""

from ledger.money import Money
from payments.reading.fields import UnexpectedShape, day, instant, money, text
from payments.reading.happenings import (
    BalanceChanged,
    Happening,
    PayoutArrived,
    PayoutReturned,
    StatusChanged,
    StatusObject,
)
from payments.stripe.objects import StripeObject


def payout_changed(_event: StripeObject, payout: StripeObject) -> tuple[Happening, ...]:
    """A payout was made, sent or changed, or its lines were worked out."""
    return _status_changed(payout), BalanceChanged()


def payout_paid(_event: StripeObject, payout: StripeObject) -> tuple[Happening, ...]:
    """Stripe expects it at the bank on its arrival date; it may still fail."""
    arrived = PayoutArrived(text(payout, "id"), _amount(payout), day(payout, "arrival_date"))
    return arrived, _status_changed(payout)


def payout_returned(event: StripeObject, payout: StripeObject) -> tuple[Happening, ...]:
    """It failed, perhaps after it was paid, or was cancelled: the money is in the balance again."""
    returned = PayoutReturned(text(payout, "id"), _amount(payout), instant(event))
    return returned, _status_changed(payout), BalanceChanged()


def _status_changed(payout: StripeObject) -> StatusChanged:
    return StatusChanged(StatusObject.PAYOUT, text(payout, "id"))


def _amount(payout: StripeObject) -> Money:
    amount = money(payout)
    if not amount:
        raise UnexpectedShape("payout has no amount")
    return amount
