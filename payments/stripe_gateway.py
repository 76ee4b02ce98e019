"""The gateway: our port to Stripe. The only module that speaks its API; it opens no transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import stripe
from stripe import RequestsClient, StripeClient
from stripe.params import ProductCreateParams
from stripe.params.checkout import SessionCreateParams

from payments.gifts import Gift

API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS, ANSWER_SECONDS = 3.05, 8.0
RETRIES = 2
# Stripe keeps a session open for 30 minutes to 24 hours; a gift at a launch party is given or forgotten.
SESSION_LIFETIME = timedelta(hours=1)

# On by default the library writes a file into the home directory and reports timings to Stripe.
stripe.enable_telemetry = False


class StripeAway(RuntimeError):
    """Stripe did not answer, or asked us to slow down: nothing was charged, try again."""


class StripeRefused(RuntimeError):
    """Stripe did not accept what we asked for: our mistake or the account's settings."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """An open Checkout Session: where the donor goes to pay."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a line on Stripe's page is called: a campaign's address and title."""

    slug: str
    title: str


class Gateway:
    """Asks Stripe for what the donor's way needs."""

    def __init__(self, api_key: str, base_url: str, *, api_base: str | None = None) -> None:
        """`base_url` is where donors reach us; `api_base` another Stripe, such as the twin."""
        self._base_url = base_url
        self._client = StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else None,
            http_client=RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
            max_network_retries=RETRIES,
            stripe_version=API_VERSION,
        )

    def open_checkout(self, gift: Gift, purposes: Mapping[int, Purpose]) -> Checkout:
        """Open a Checkout Session for a pending gift; raises StripeAway or StripeRefused.

        The idempotency key is the gift's id and the count of tries, so that a form sent twice opens one
        session. Campaigns are Products of their own at Stripe, made the first time one is missing.
        """
        params = _session(gift, purposes, self._base_url)
        try:
            return self._create(params, gift)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise StripeRefused(f"{error.code}: {error.param}") from error
        for share in gift.allocations:
            self._make_product(purposes[share.campaign])
        try:
            return self._create(params, gift, again=True)
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.param}") from error

    def _create(self, params: SessionCreateParams, gift: Gift, *, again: bool = False) -> Checkout:
        key = f"{gift.id}-{gift.attempts}{'-p' if again else ''}"
        session = _asking(lambda: self._client.v1.checkout.sessions.create(params, {"idempotency_key": key}))
        if not session.url:
            raise StripeRefused("the session came without an address")
        return Checkout(session.id, session.url)

    def _make_product(self, purpose: Purpose) -> None:
        params: ProductCreateParams = {"id": _product(purpose), "name": purpose.title}
        try:
            _asking(lambda: self._client.v1.products.create(params))
        except stripe.InvalidRequestError as error:
            if error.code != "resource_already_exists":  # another donor was first: as good
                raise StripeRefused(f"{error.code}: {error.param}") from error


def _session(gift: Gift, purposes: Mapping[int, Purpose], base_url: str) -> SessionCreateParams:
    """What Stripe is asked for a gift given once.

    No `payment_method_types`: the version that we pin refuses it. Adaptive pricing off: a gift is charged
    in the currency that the donor chose. The same gift and attempt always ask for the same.
    """
    known_by = {"gift_id": gift.id, "app": "farthing", "schema": "1"}
    opened = gift.attempted_at or gift.created_at
    slug = purposes[gift.allocations[0].campaign].slug
    return {
        "mode": "payment",
        "submit_type": "donate",
        "success_url": f"{base_url}/thanks?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{base_url}/c/{slug}/give?cancelled={gift.return_token}",
        "client_reference_id": gift.id,
        "customer_email": gift.donor.email,
        "customer_creation": "if_required",
        "expires_at": int((opened + SESSION_LIFETIME).timestamp()),
        "adaptive_pricing": {"enabled": False},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": share.amount.currency.code.lower(),
                    "unit_amount": share.amount.minor,
                    "product": _product(purposes[share.campaign]),
                },
            }
            for share in gift.allocations
        ],
        "payment_intent_data": {
            "description": f"Gift {gift.reference}: {purposes[gift.allocations[0].campaign].title}"[:500],
            "metadata": known_by,
        },
        "metadata": known_by,
    }


def _product(purpose: Purpose) -> str:
    return f"campaign_{purpose.slug}"


Answer = TypeVar("Answer")


def _asking(ask: Callable[[], Answer]) -> Answer:
    """Ask, and name a failure by what must be done. InvalidRequestError is left to the caller."""
    try:
        return ask()
    except stripe.InvalidRequestError:
        raise
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise StripeAway(type(error).__name__) from error
    except stripe.StripeError as error:
        raise StripeRefused(f"{type(error).__name__}: {error.code}") from error
