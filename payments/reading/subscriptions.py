"""Stripe's subscription: which recurring gift it carries out. Its status is fetched, not read from events."""

from payments.reading.fields import metadata_id, text
from payments.reading.happenings import Happening, StatusChanged, StatusObject, SubscriptionReported
from payments.stripe.objects import StripeObject


def subscription_changed(_event: StripeObject, subscription: StripeObject) -> tuple[Happening, ...]:
    """A subscription of ours was made or changed in some way."""
    recurring, subscription_id = metadata_id(subscription, "recurring_id"), text(subscription, "id")
    if recurring is None:
        return ()
    return SubscriptionReported(subscription_id, recurring), StatusChanged(StatusObject.SUBSCRIPTION, subscription_id)
