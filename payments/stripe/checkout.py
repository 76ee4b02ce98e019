"""The parameters of a Checkout Session. Nothing here calls Stripe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from stripe.params.checkout import (
    SessionCreateParams,
    SessionCreateParamsLineItem,
    SessionCreateParamsLineItemPriceData,
)

from payments.gifts.gift import Allocation, Gift
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_words import ADJECTIVE

# Stripe allows 30 minutes to 24 hours. Who has not paid after an hour has left.
SESSION_LIFETIME = timedelta(hours=1)
APP, SCHEMA = "farthing", "1"
LONGEST_DESCRIPTION = LONGEST_VALUE = 500
# The code of the link that led to the form.
SOURCE = "source"
# A subscription's metadata: weights by campaign as `libraries:80 buses:20`, an end in seconds, a number of instalments,
# and the day of the month that its donor chose.
WEIGHTS, ENDS_AT, INSTALMENTS, DAY = "weights", "ends_at", "instalments", "day"
# Stripe's interval and interval_count; it has no quarters, but three months.
STRIPE_INTERVALS: Mapping[Interval, tuple[str, int]] = {
    Interval.WEEK: ("week", 1),
    Interval.MONTH: ("month", 1),
    Interval.QUARTER: ("month", 3),
    Interval.YEAR: ("year", 1),
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a line on Stripe's page is for: a campaign's slug and title."""

    slug: str
    title: str

    @property
    def product(self) -> str:
        """The id of the campaign's Product at Stripe, which we choose. All its gifts are for this one Product."""
        return f"campaign_{self.slug}"


def session_params(
    gift: Gift, purposes: Mapping[int, Purpose], base_url: str, recurring: Recurring | None, mark: str = ""
) -> SessionCreateParams:
    """The parameters for a gift given once, or for the first instalment of a recurring one.

    No `payment_method_types`: the API version that we pin refuses it. Adaptive pricing is off: a gift is charged in the
    currency that the donor chose. `mark` is this installation's: another Farthing may use the same account. The same
    gift and attempt always give the same parameters, as idempotency needs.
    """
    first = purposes[gift.allocations[0].campaign]
    params = _common(gift, first, base_url)
    titles = ", ".join(purposes[share.campaign].title for share in gift.allocations)
    purpose = titles if gift.is_from_shared_form else first.title
    interval = recurring.interval if recurring else None
    params["line_items"] = [_line(share, purposes[share.campaign], interval) for share in gift.allocations]
    ours = {"app": APP, "schema": SCHEMA} | ({"installation": mark} if mark else {})
    ours |= {SOURCE: gift.source} if gift.source else {}
    metadata = {"gift_id": gift.id} | ours
    if recurring is None:
        params["mode"], params["customer_creation"] = "payment", "if_required"
        params["payment_intent_data"] = {"description": _described("Gift", gift, purpose), "metadata": metadata}
    else:
        metadata["recurring_id"] = recurring.id
        params["mode"] = "subscription"
        # Never the gift's id: every later instalment has the subscription's metadata as well.
        params["subscription_data"] = {
            "description": _described(f"{ADJECTIVE[recurring.interval]} gift", gift, purpose),
            "metadata": {"recurring_id": recurring.id} | ours | _promise(recurring, purposes),
            "billing_mode": {"type": "flexible"},
        }
    params["metadata"] = metadata
    return params


def _promise(recurring: Recurring, purposes: Mapping[int, Purpose]) -> dict[str, str]:
    """What only we know of a recurring gift: its end, its day, and how each instalment is shared.

    After the restore of an older backup the subscription is all that is left of it. Weights that Stripe's limit of a
    value's length leaves no room for are left out; they follow from the first amounts then, as nearly as those say.
    """
    known = [share for share in recurring.shares if share.campaign in purposes]
    weights = " ".join(f"{purposes[share.campaign].slug}:{share.weight}" for share in known)
    promise = {}
    if len(known) == len(recurring.shares) and len(weights) <= LONGEST_VALUE:
        promise[WEIGHTS] = weights
    if recurring.ends_at is not None:
        promise[ENDS_AT] = str(int(recurring.ends_at.timestamp()))
    if recurring.instalments is not None:
        promise[INSTALMENTS] = str(recurring.instalments)
    if recurring.day is not None:
        promise[DAY] = str(recurring.day)
    return promise


def _common(gift: Gift, purpose: Purpose, base_url: str) -> SessionCreateParams:
    opened = gift.attempted_at or gift.created_at
    form = "/give" if gift.is_from_shared_form else f"/c/{purpose.slug}/give"
    return {
        "submit_type": "donate",
        "success_url": f"{base_url}/thanks?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{base_url}{form}?cancelled={gift.return_token}",
        "client_reference_id": gift.id,
        "customer_email": gift.donor.email,
        "expires_at": int((opened + SESSION_LIFETIME).timestamp()),
        "adaptive_pricing": {"enabled": False},
    }


def _line(share: Allocation, purpose: Purpose, interval: Interval | None) -> SessionCreateParamsLineItem:
    price: SessionCreateParamsLineItemPriceData = {
        "currency": share.amount.currency.code.lower(),
        "unit_amount": share.amount.minor,
        "product": purpose.product,
    }
    if interval is not None:
        every, count = STRIPE_INTERVALS[interval]
        price["recurring"] = {"interval": every, "interval_count": count}
    return {"quantity": 1, "price_data": price}


def _described(kind: str, gift: Gift, purpose: str) -> str:
    return f"{kind} {gift.reference}: {purpose}"[:LONGEST_DESCRIPTION]
