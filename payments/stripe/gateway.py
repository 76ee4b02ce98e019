"""The gateway to Stripe for donors: it opens checkouts. It opens no database transaction."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

import stripe
from stripe import RequestsClient, StripeClient
from stripe.params import ProductCreateParams
from stripe.params.checkout import SessionCreateParams

from payments.gifts.gift import Gift
from payments.gifts.recurring import Recurring
from payments.stripe.checkout import Purpose, session_params

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = (3.05, 8.0)  # for a connection, and for an answer
RETRIES = 2

# On by default the library writes a file into the home directory and reports timings to Stripe.
stripe.enable_telemetry = False


class StripeAway(RuntimeError):
    """Stripe did not answer, or asked us to slow down: nothing was charged, try again."""


class StripeBusy(StripeAway):
    """Stripe asked us to slow down, or is at work on the same object (its `lock_timeout`): try again in seconds."""


class StripeRefused(RuntimeError):
    """Stripe refused the call: a mistake of ours, or the account's settings."""


class AmountRefused(StripeRefused):
    """Stripe does not take a payment of this amount: `too_small`, or else too large."""

    def __init__(self, *, too_small: bool) -> None:
        super().__init__("too small" if too_small else "too large")
        self.too_small = too_small


@dataclass(frozen=True, slots=True)
class Checkout:
    """An open Checkout Session: where the donor goes to pay."""

    session_id: str
    url: str


class Gateway:
    """Opens Checkout Sessions."""

    def __init__(self, api_key: str, base_url: str, *, api_base: str | None = None, mark: str = "") -> None:
        """`base_url` is our own address; `api_base` is another Stripe, such as the twin.

        `mark` is this installation's, which its gifts carry at Stripe.
        """
        self._base_url, self._mark = base_url, mark
        self._client = open_client(api_key, api_base)

    def open_checkout(
        self, gift: Gift, purposes: Mapping[int, Purpose], recurring: Recurring | None = None
    ) -> Checkout:
        """Open a Checkout Session for a pending gift, or for the recurring one that it begins.

        Raises StripeAway (StripeBusy among it), AmountRefused or StripeRefused.

        The idempotency key is the gift's id and its number of attempts, so that a form sent twice opens one session.
        Each campaign is a Product at Stripe, made when Stripe does not have it yet.
        """
        params = session_params(gift, purposes, self._base_url, recurring, self._mark)
        try:
            return self._create(params, gift)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise _refusal(error) from error
        for share in gift.allocations:
            self._make_product(purposes[share.campaign])
        try:
            return self._create(params, gift, again=True)
        except stripe.InvalidRequestError as error:
            raise _refusal(error) from error

    def _create(self, params: SessionCreateParams, gift: Gift, *, again: bool = False) -> Checkout:
        key = f"{gift.id}-{gift.attempts}{'-p' if again else ''}"
        session = call_stripe(lambda: self._client.v1.checkout.sessions.create(params, {"idempotency_key": key}))
        if not session.url:
            raise StripeRefused("the session came without an address")
        return Checkout(session.id, session.url)

    def _make_product(self, purpose: Purpose) -> None:
        params: ProductCreateParams = {"id": purpose.product, "name": purpose.title}
        try:
            call_stripe(lambda: self._client.v1.products.create(params))
        except stripe.InvalidRequestError as error:
            if error.code != "resource_already_exists":  # another donor's request has made it
                raise StripeRefused(f"{error.code}: {error.param}") from error


def _refusal(error: stripe.InvalidRequestError) -> StripeRefused:
    """Amounts by their codes (docs.stripe.com/error-codes); all else is a mistake of ours."""
    if error.code in ("amount_too_small", "amount_too_large"):
        return AmountRefused(too_small=error.code == "amount_too_small")
    return StripeRefused(f"{error.code}: {error.param}")


def open_client(api_key: str, api_base: str | None = None, http_client: RequestsClient | None = None) -> StripeClient:
    """The library's client as we use it: our API version, short timeouts, few retries of its own."""
    return StripeClient(
        api_key,
        base_addresses={"api": api_base} if api_base else None,
        http_client=http_client or RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=RETRIES,
        stripe_version=API_VERSION,
    )


Answer = TypeVar("Answer")


_answered: ContextVar[int] = ContextVar("answered", default=0)


def calls_answered() -> int:
    """How many of this thread's calls Stripe has answered so far. What rises between two moments was asked."""
    return _answered.get()


def call_stripe(call: Callable[[], Answer]) -> Answer:
    """Call Stripe; a failure becomes StripeAway or StripeRefused. InvalidRequestError is left to the caller."""
    try:
        answer = call()
        _answered.set(calls_answered() + 1)
        return answer
    except stripe.InvalidRequestError:
        _answered.set(calls_answered() + 1)
        raise
    except stripe.RateLimitError as error:
        raise StripeBusy(error.code or type(error).__name__) from error
    except (stripe.APIConnectionError, stripe.APIError) as error:
        raise StripeAway(type(error).__name__) from error
    except stripe.StripeError as error:
        raise StripeRefused(f"{type(error).__name__}: {error.code}") from error
