"""Stripe's subscription: which recurring gift it carries out. How it stands is fetched, not read from here."""

from payments.reading.happenings import Happening, StatusChanged, StatusObject, SubscriptionReported
from payments.reading.shapes import Object, labelled, text


def told(_event: Object, subscription: Object) -> tuple[Happening, ...]:
    """A subscription of ours was made or changed in some way."""
    recurring, identity = labelled(subscription, "recurring_id"), text(subscription, "id")
    if recurring is None:
        return ()
    return SubscriptionReported(identity, recurring), StatusChanged(StatusObject.SUBSCRIPTION, identity)
