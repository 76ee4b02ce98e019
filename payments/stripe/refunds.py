"""Asks Stripe for a refund."""

from collections.abc import Mapping
from dataclasses import dataclass

import stripe
from stripe.params import RefundCreateParams

from ledger.money import Money
from payments.stripe.gateway import StripeRefused, call_stripe, open_client
from payments.stripe.objects import StripeObject


class RefundRefused(StripeRefused):
    """Stripe makes no such refund, for good. `code` is Stripe's (docs.stripe.com/error-codes)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What is asked for. `key` is the idempotency key; `payment_intent` is None for a charge that has none."""

    key: str
    charge: str
    payment_intent: str | None
    amount: Money
    reason: str
    metadata: Mapping[str, str]


class RefundGateway:
    """Makes refunds at Stripe."""

    def __init__(self, api_key: str, *, api_base: str | None = None) -> None:
        """`api_base` is another Stripe, such as the twin."""
        self._client = open_client(api_key, api_base)

    def make_refund(self, order: RefundOrder) -> StripeObject:
        """The refund that Stripe made, now or at an earlier call with this key, which it remembers for a day.

        Raises RefundRefused where Stripe will not make it, StripeAway or StripeRefused where it may still do so.
        """
        params: RefundCreateParams = {
            "amount": order.amount.minor,
            "reason": order.reason,
            "metadata": dict(order.metadata),
        }
        if order.payment_intent:
            params["payment_intent"] = order.payment_intent
        else:
            params["charge"] = order.charge
        try:
            refund = call_stripe(lambda: self._client.v1.refunds.create(params, {"idempotency_key": order.key}))
        except stripe.InvalidRequestError as error:
            raise RefundRefused(error.code or error.param or "invalid_request") from error
        return refund.to_dict()
