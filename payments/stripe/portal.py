"""Stripe's page on which a donor changes the card of a recurring gift."""

import stripe

from payments.stripe.gateway import StripeRefused, call_stripe, open_client


class CustomerPortal:
    """Opens Stripe's customer portal for the donor of a recurring gift."""

    def __init__(self, api_key: str, *, api_base: str | None = None) -> None:
        """`api_base` is another Stripe, such as the twin."""
        self._client = open_client(api_key, api_base)

    def open_portal(self, subscription: str, return_url: str) -> str:
        """The address of the portal's page, from which the donor comes back to `return_url`.

        Raises StripeAway or StripeRefused. A session of the portal lasts for some minutes, so each press makes one.
        """
        try:
            customer = call_stripe(lambda: self._client.v1.subscriptions.retrieve(subscription)).customer
            customer_id = customer if isinstance(customer, str) else customer.id
            session = call_stripe(
                lambda: self._client.v1.billing_portal.sessions.create(
                    {"customer": customer_id, "return_url": return_url}
                )
            )
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.param}") from error
        return session.url
