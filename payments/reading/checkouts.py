"""Checkout Sessions: which payment belongs to which gift, and how far the gift has come."""

import re

from payments.gifts.gift import GiftState
from payments.reading.fields import OUR_ID, expandable_id, metadata_id, nested, text
from payments.reading.happenings import CheckoutReported, Happening, StatusChanged, StatusObject, SubscriptionReported
from payments.stripe.objects import LINK_CAMPAIGN, StripeObject

_OUR_MODES = ("payment", "subscription")
_CAMPAIGN_NUMBER = re.compile("[0-9]{1,9}").fullmatch


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
    if campaign_of_link(session) is not None:
        return _read_session_of_link(session, state)
    intent = expandable_id(session, "payment_intent")
    checkout: tuple[Happening, ...] = (CheckoutReported(text(session, "id"), gift, intent, state),) if gift else ()
    return checkout if mode == "payment" else (*checkout, *_subscription(session))


def campaign_of_link(session: StripeObject) -> int | None:
    """The number of the campaign whose Payment Link made this session; None for any other session."""
    number = nested(session, "metadata").get(LINK_CAMPAIGN)
    if not session.get("payment_link") or not isinstance(number, str) or not _CAMPAIGN_NUMBER(number):
        return None
    return int(number)


def _read_session_of_link(session: StripeObject, state: GiftState | None) -> tuple[Happening, ...]:
    """Which gift it is for, if the link gave it back; whose it is otherwise has to be looked up.

    That a link's page was left says nothing of the gift: its donor may pay elsewhere.
    """
    if state is GiftState.EXPIRED:
        return ()
    session_id, named = text(session, "id"), session.get("client_reference_id")
    happenings: tuple[Happening, ...] = (StatusChanged(StatusObject.LINK_SESSION, session_id),)
    if isinstance(named, str) and OUR_ID.fullmatch(named):
        happenings += (CheckoutReported(session_id, named, expandable_id(session, "payment_intent"), state),)
    return happenings


def _subscription(session: StripeObject) -> tuple[Happening, ...]:
    """The subscription that the session began; there is none before it is completed."""
    recurring, subscription = metadata_id(session, "recurring_id"), expandable_id(session, "subscription")
    return (SubscriptionReported(subscription, recurring),) if subscription and recurring else ()
