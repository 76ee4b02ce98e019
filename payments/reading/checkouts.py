"""Checkout Sessions: whose payment it will be, and how it stands with the donor."""

from collections.abc import Callable

from payments.gifts.gift import GiftState
from payments.reading.happenings import CheckoutReported, Happening, SubscriptionReported
from payments.reading.shapes import Object, labelled, link, text

Reader = Callable[[Object, Object], tuple[Happening, ...]]
_OURS = ("payment", "subscription")


def completed(event: Object, session: Object) -> tuple[Happening, ...]:
    """Completed is not paid: a bank debit completes now and its money is confirmed days later."""
    unpaid = text(session, "payment_status") == "unpaid"
    return told(GiftState.PROCESSING if unpaid else None)(event, session)


def told(state: GiftState | None) -> Reader:
    """A reader of sessions that say this about their gift."""

    def reader(_event: Object, session: Object) -> tuple[Happening, ...]:
        mode, gift = text(session, "mode"), labelled(session, "gift_id")
        if mode not in _OURS:
            return ()
        intent = link(session, "payment_intent")
        found: tuple[Happening, ...] = (CheckoutReported(text(session, "id"), gift, intent, state),) if gift else ()
        return found if mode == "payment" else (*found, *_standing(session))

    return reader


def _standing(session: Object) -> tuple[Happening, ...]:
    """The subscription that came of a session; there is none before it is completed."""
    recurring, subscription = labelled(session, "recurring_id"), link(session, "subscription")
    return (SubscriptionReported(subscription, recurring),) if subscription and recurring else ()
