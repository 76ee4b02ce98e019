"""Refunds: money that is to go back, and refunds that failed or were cancelled."""

from payments.reading.fields import (
    UnexpectedShape,
    instant,
    payment_of,
    positive_money,
    previous_attributes,
    text,
)
from payments.reading.happenings import BalanceChanged, Happening, RefundAgreed, RefundFailed
from payments.stripe.objects import StripeObject

FAILED_STATUSES = ("failed", "canceled")


def refund_created(_event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    """A refund was agreed."""
    return (*_agreed(refund), BalanceChanged())


def refund_updated(event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    """A refund changed. It has failed if this change, and not a later one, was to that status."""
    if text(refund, "status") not in FAILED_STATUSES:
        return refund_created(event, refund)
    changes = previous_attributes(event)
    if changes is None:
        raise UnexpectedShape("the event does not say what changed")
    return refund_failed(event, refund) if "status" in changes else refund_created(event, refund)


def refund_failed(event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    """The donor's bank sent it back, or it was cancelled."""
    return (*_agreed(refund), *_failed(event, refund), BalanceChanged())


def refund_agreed(refund: StripeObject) -> RefundAgreed | None:
    """The fact of a refund. None for one without a charge: it returns money that was never a payment."""
    payment = payment_of(refund)
    if payment is None:
        return None
    return RefundAgreed(text(refund, "id"), payment, positive_money(refund), instant(refund))


def _agreed(refund: StripeObject) -> tuple[Happening, ...]:
    agreed = refund_agreed(refund)
    return (agreed,) if agreed else ()


def _failed(event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    payment = payment_of(refund)
    return (RefundFailed(text(refund, "id"), payment, positive_money(refund), instant(event)),) if payment else ()
