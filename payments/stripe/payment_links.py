"""Payment Links at Stripe: a page for each campaign on which donors pay while we can open no checkout for them."""

from dataclasses import dataclass

import stripe
from stripe import StripeClient
from stripe.params import PaymentLinkCreateParams, PriceCreateParams, ProductCreateParams

from ledger.money import Money
from payments.stripe.checkout import APP, SCHEMA, Purpose
from payments.stripe.gateway import StripeRefused, call_stripe, open_client
from payments.stripe.objects import LINK_CAMPAIGN


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A Payment Link: its id, and where donors pay."""

    id: str
    url: str


class PaymentLinkGateway:
    """Makes Payment Links. It opens no database transaction."""

    def __init__(self, api_key: str, base_url: str, *, api_base: str | None = None, mark: str = "") -> None:
        self._base_url, self._mark = base_url, mark
        self._client: StripeClient = open_client(api_key, api_base)

    def make(self, campaign: int, purpose: Purpose, least: Money, most: Money) -> MadeLink:
        """A link on which the donor chooses the amount; raises StripeAway or StripeRefused."""
        try:
            return self._make(campaign, purpose, least, most)
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.param}") from error

    def _make(self, campaign: int, purpose: Purpose, least: Money, most: Money) -> MadeLink:
        self._have_product(purpose)
        price_asked: PriceCreateParams = {
            "currency": least.currency.code.lower(),
            "product": purpose.product,
            "custom_unit_amount": {"enabled": True, "minimum": least.minor, "maximum": most.minor},
        }
        price = call_stripe(lambda: self._client.v1.prices.create(price_asked))
        metadata = {"app": APP, "schema": SCHEMA, LINK_CAMPAIGN: str(campaign)}
        metadata |= {"installation": self._mark} if self._mark else {}
        link_asked: PaymentLinkCreateParams = {
            "line_items": [{"price": price.id, "quantity": 1}],
            "submit_type": "donate",
            "metadata": metadata,
            "payment_intent_data": {"description": f"Gift: {purpose.title}"[:500], "metadata": metadata},
            "after_completion": {
                "type": "redirect",
                "redirect": {"url": f"{self._base_url}/thanks?session_id={{CHECKOUT_SESSION_ID}}"},
            },
        }
        link = call_stripe(lambda: self._client.v1.payment_links.create(link_asked))
        return MadeLink(link.id, link.url)

    def _have_product(self, purpose: Purpose) -> None:
        params: ProductCreateParams = {"id": purpose.product, "name": purpose.title}
        try:
            call_stripe(lambda: self._client.v1.products.create(params))
        except stripe.InvalidRequestError as error:
            if error.code != "resource_already_exists":
                raise
