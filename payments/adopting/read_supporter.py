"""Reads a subscription that another system made as somebody who can be adopted."""

from payments.adopting.supporter import Supporter
from payments.gifts.gift import DonorDetails
from payments.gifts.recurring import Interval
from payments.reading.fields import expandable_id, instant, metadata_id, nested, objects, text, whole_number
from payments.reading.lost_gifts import UNNAMED
from payments.reading.statuses import read_subscription
from payments.settlement.list_reader import ROW_ERRORS
from payments.stripe.checkout import STRIPE_INTERVALS
from payments.stripe.objects import StripeObject


def read_supporter(subscription: StripeObject) -> Supporter | None:
    """None for one that bears the mark of a recurring gift, and for one of a rhythm or currency that we do not offer.

    The customer, the latest invoice and the payment method must be expanded.
    """
    if metadata_id(subscription, "recurring_id") is not None:
        return None
    try:
        price = nested(objects(nested(subscription, "items"), "data")[0], "price")
        interval = _interval(nested(price, "recurring"))
        amount = read_subscription(subscription).amount
    except ROW_ERRORS:
        return None
    if interval is None or amount.minor <= 0:
        return None
    return Supporter(
        subscription=text(subscription, "id"),
        donor=_donor(subscription.get("customer")),
        amount=amount,
        interval=interval,
        began_at=instant(subscription, "start_date"),
        product=str(price.get("nickname") or expandable_id(price, "product") or ""),
    )


def _interval(rhythm: StripeObject) -> Interval | None:
    every = text(rhythm, "interval"), whole_number(rhythm, "interval_count")
    return next((interval for interval, of_stripe in STRIPE_INTERVALS.items() if of_stripe == every), None)


def _donor(customer: object) -> DonorDetails:
    details = customer if isinstance(customer, dict) else {}
    name, email = details.get("name") or UNNAMED.name, details.get("email") or UNNAMED.email
    return DonorDetails(str(name)[:100], str(email)[:254])
