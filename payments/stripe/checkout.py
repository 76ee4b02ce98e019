"""What Stripe's Checkout is asked for: the parameters of a session, and nothing that speaks to Stripe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from stripe.params.checkout import (
    SessionCreateParams,
    SessionCreateParamsLineItem,
    SessionCreateParamsLineItemPriceData,
)

from payments.gifts.gift import Allocation, Gift
from payments.gifts.recurring import STRIPE_RHYTHM, Interval, Recurring
from payments.gifts.recurring_words import ADJECTIVE

# Stripe keeps a session open for 30 minutes to 24 hours; a gift at a launch party is given or forgotten.
SESSION_LIFETIME = timedelta(hours=1)
APP, SCHEMA = "farthing", "1"
LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a line on Stripe's page is called: a campaign's address and title."""

    slug: str
    title: str

    @property
    def product(self) -> str:
        """The campaign's Product at Stripe. One for all its gifts, under an id of our own."""
        return f"campaign_{self.slug}"


def session_params(
    gift: Gift, purposes: Mapping[int, Purpose], base_url: str, recurring: Recurring | None
) -> SessionCreateParams:
    """What Stripe is asked for: a gift given once, or the first instalment of a recurring one.

    No `payment_method_types`: the version that we pin refuses it. Adaptive pricing off: a gift is charged
    in the currency that the donor chose. The same gift and attempt always ask for the same.
    """
    first = purposes[gift.allocations[0].campaign]
    params = _common(gift, first, base_url)
    interval = recurring.interval if recurring else None
    params["line_items"] = [_line(share, purposes[share.campaign], interval) for share in gift.allocations]
    known_by = {"gift_id": gift.id, "app": APP, "schema": SCHEMA}
    if recurring is None:
        params["mode"], params["customer_creation"] = "payment", "if_required"
        params["payment_intent_data"] = {"description": _described("Gift", gift, first), "metadata": known_by}
    else:
        known_by["recurring_id"] = recurring.id
        params["mode"] = "subscription"
        # Never the gift's id: what a subscription carries comes with every later instalment as well.
        params["subscription_data"] = {
            "description": _described(f"{ADJECTIVE[recurring.interval]} gift", gift, first),
            "metadata": {"recurring_id": recurring.id, "app": APP, "schema": SCHEMA},
            "billing_mode": {"type": "flexible"},
        }
    params["metadata"] = known_by
    return params


def _common(gift: Gift, purpose: Purpose, base_url: str) -> SessionCreateParams:
    opened = gift.attempted_at or gift.created_at
    return {
        "submit_type": "donate",
        "success_url": f"{base_url}/thanks?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{base_url}/c/{purpose.slug}/give?cancelled={gift.return_token}",
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
        every, count = STRIPE_RHYTHM[interval]
        price["recurring"] = {"interval": every, "interval_count": count}
    return {"quantity": 1, "price_data": price}


def _described(kind: str, gift: Gift, purpose: Purpose) -> str:
    return f"{kind} {gift.reference}: {purpose.title}"[:LONGEST_DESCRIPTION]
