"""The Stripe account behind a key: setting up shows whose it is, before anything is made there."""

from dataclasses import dataclass
from typing import Any

import stripe

from payments.stripe.gateway import StripeRefused, call_stripe, open_client


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """An account at Stripe. `takes_payments` is Stripe's word: it has all that it needs to know of the organisation."""

    id: str
    name: str
    takes_payments: bool


def stripe_account(api_key: str, api_base: str | None = None) -> StripeAccount:
    """The account of this key. Raises StripeAway or StripeRefused, which also a key that does not exist raises.

    `api_base` is another Stripe, such as the twin.
    """
    client = open_client(api_key, api_base)
    try:
        account: Any = call_stripe(client.v1.accounts.retrieve_current)
    except stripe.InvalidRequestError as error:
        raise StripeRefused(f"{error.code}: {error.user_message or error.param}") from error
    values = account.to_dict()
    profile = values.get("business_profile") or {}
    dashboard = (values.get("settings") or {}).get("dashboard") or {}
    name = profile.get("name") or dashboard.get("display_name") or ""
    return StripeAccount(str(account.id), str(name), bool(values.get("charges_enabled", True)))
