"""The part of setting up that speaks to Stripe: whose key it is, and the endpoint that brings us Stripe's messages."""

from collections.abc import Sequence
from datetime import datetime

from payments.inbox.webhook import PATH as WEBHOOK_PATH
from payments.reading.events import EVENTS
from payments.stripe.account import StripeAccount, stripe_account
from payments.stripe.endpoints import MendedEndpoint, StripeEndpoints, WantedEndpoint
from payments.stripe.gateway import StripeAway, StripeRefused
from setup.answers import NotAnAnswer
from setup.environment import EnvironmentFile

RIGHTS = (
    "A restricted key needs write access to Charges and Refunds, Checkout Sessions, Customers, Customer Portal, Payment"
    " Links, Prices, Products, Subscriptions and Webhook Endpoints, and read access to the rest."
)


class NoKey(ValueError):
    """There is no key of Stripe's yet."""


def account_of(key: str, api_base: str | None) -> StripeAccount | None:
    """Whose key this is; None where Stripe keeps that from it. Raises NotAnAnswer for a key that Stripe does not know.

    Raises StripeAway where Stripe does not answer.
    """
    try:
        return stripe_account(key, api_base)
    except StripeRefused as refused:
        if str(refused).startswith("AuthenticationError"):
            raise NotAnAnswer("Stripe does not know this key. Copy it again, whole, from Stripe's dashboard.") from None
        return None


def mend_endpoint(file: EnvironmentFile, base_url: str, now: datetime) -> MendedEndpoint:
    """Make or mend our endpoint at Stripe, and keep its secret in `.env`. A second time nothing changes.

    Raises NoKey, SettingIsElsewhere, StripeAway or StripeRefused.
    """
    environment = file.read()
    if environment.api_key is None:
        raise NoKey("Set Stripe's key first.")
    port = StripeEndpoints(environment.api_key, api_base=environment.api_base)
    wanted = WantedEndpoint(base_url.rstrip("/") + WEBHOOK_PATH, EVENTS)
    return port.mend(wanted, environment.secrets, file.keep_secret, now)


def refusal_in_words(error: StripeAway | StripeRefused) -> str:
    """What to do where Stripe did not do what it was asked."""
    if isinstance(error, StripeAway):
        return f"Stripe does not answer ({error}). Nothing was changed. Check the network, and try again."
    if "url_invalid" in str(error):
        return (
            f"Stripe does not take this address for an endpoint ({error})."
            " It must be an https address that the whole internet can reach."
        )
    return f"Stripe refused: {error}. {RIGHTS}"


def acts_in_words(mended: MendedEndpoint) -> Sequence[str]:
    """What was done, a sentence each."""
    return mended.acts or (f"The endpoint {mended.id} is as it must be. Nothing was changed.",)
