"""Checkout Sessions: which payment belongs to which gift, and how far the gift has come."""

from payments.gifts.gift import GiftState
from payments.reading.fields import expandable_id, metadata_id, text
from payments.reading.happenings import CheckoutReported, Happening, SubscriptionReported
from payments.stripe.objects import StripeObject

_OUR_MODES = ("payment", "subscription")


def checkout_completed(_event: StripeObject, session: StripeObject) -> tuple[Happening, ...]:
    """The donor has finished. That is not paid: a bank debit completes now and is confirmed days later."""
    unpaid = text(session, "payment_status") == "unpaid"
    return _read_session(session, GiftState.PROCESSING if unpaid else None)


def checkout_paid_later(_event: StripeObject, session: StripeObject) -> tuple[Happening, ...]:
    """A delayed payment succeeded. The charge's own event is the fact."""
    return _read_session(session, None)


def checkout_not_paid_later(_event: StripeObject, session: StripeObject) -> tuple[Happening, ...]:
    """A delayed payment failed."""
    return _read_session(session, GiftState.FAILED)


def checkout_expired(_event: StripeObject, session: StripeObject) -> tuple[Happening, ...]:
    """The donor has not paid in time."""
    return _read_session(session, GiftState.EXPIRED)


def _read_session(session: StripeObject, state: GiftState | None) -> tuple[Happening, ...]:
    mode, gift = text(session, "mode"), metadata_id(session, "gift_id")
    if mode not in _OUR_MODES:
        return ()
    intent = expandable_id(session, "payment_intent")
    checkout: tuple[Happening, ...] = (CheckoutReported(text(session, "id"), gift, intent, state),) if gift else ()
    return checkout if mode == "payment" else (*checkout, *_subscription(session))


def _subscription(session: StripeObject) -> tuple[Happening, ...]:
    """The subscription that the session began; there is none before it is completed."""
    recurring, subscription = metadata_id(session, "recurring_id"), expandable_id(session, "subscription")
    return (SubscriptionReported(subscription, recurring),) if subscription and recurring else ()
