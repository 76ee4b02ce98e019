"""Changes a running recurring gift's subscription at Stripe: another amount, a pause, its end."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import stripe
from stripe.params import SubscriptionUpdateParams, SubscriptionUpdateParamsItem

from ledger.money import Money
from payments.gifts.recurring import Interval
from payments.stripe.checkout import STRIPE_INTERVALS
from payments.stripe.gateway import StripeRefused, call_stripe, open_client
from payments.stripe.objects import StripeObject

# The metadata by which a subscription shows that we set its end: any other end is left alone.
STOPS_AT = "stops_at"
# Statuses of invoices that will not be paid: their instalment does not count.
_DROPPED = ("void", "uncollectible")
_GONE = "resource_missing"
MOST_ROWS = 100


class RecurringGateway:
    """Changes subscriptions at Stripe. Every method raises StripeAway or StripeRefused, and can be called again.

    `key` is the idempotency key. Stripe remembers keys for a day; after that, too, a repeated change does no harm,
    because each says what the result shall be, not what to add.
    """

    def __init__(self, api_key: str, *, api_base: str | None = None) -> None:
        """`api_base` is another Stripe, such as the twin."""
        self._client = open_client(api_key, api_base)

    def change_amount(
        self, subscription: StripeObject, parts: Mapping[str, Money], interval: Interval, key: str
    ) -> None:
        """Charge these amounts, by Product, from the next instalment on; nothing is charged for the current period."""
        items = subscription["items"]["data"]
        if {_product(item) for item in items} != set(parts):
            raise StripeRefused(f"{subscription['id']} is for other Products than this recurring gift")
        changed = [repriced(item, parts[_product(item)], interval) for item in items]
        self._update(subscription["id"], {"items": changed, "proration_behavior": "none"}, key)

    def pause(self, subscription: str, key: str) -> None:
        """Charge nothing until `resume`: instalments that fall due meanwhile are dropped, not collected later."""
        self._update(subscription, {"pause_collection": {"behavior": "void"}}, key)

    def resume(self, subscription: str, key: str) -> None:
        """Charge again as before, from the next period."""
        self._update(subscription, {"pause_collection": ""}, key)

    def end_with_its_period(self, subscription: str, key: str) -> None:
        """Charge no further instalment."""
        self._update(subscription, {"cancel_at_period_end": True}, key)

    def stop_at(self, subscription: str, at: datetime, now: datetime) -> None:
        """Set the end that its donor chose. `at` is the end of a period, so that the last instalment stays whole."""
        second = str(int(at.timestamp()))
        params: SubscriptionUpdateParams = {
            "cancel_at": int(second),
            "proration_behavior": "none",
            "metadata": {STOPS_AT: second},
        }
        # A key of this minute: with a lasting key Stripe would repeat its own error, or an older answer.
        self._update(subscription, params, f"{subscription}-stops-{second}-{int(now.timestamp()) // 60}")

    def end_now(self, subscription: str, key: str) -> None:
        """End it at once; it may have ended already."""
        try:
            call_stripe(lambda: self._client.v1.subscriptions.cancel(subscription, {}, {"idempotency_key": key}))
        except stripe.InvalidRequestError as error:
            if error.code != _GONE or not self._has_ended(subscription):
                raise StripeRefused(f"{error.code}: {error.param}") from error

    def instalments_so_far(self, subscription: str) -> int:
        """How many instalments were invoiced and not dropped."""
        return int(self._call(lambda: sum(status not in _DROPPED for status in self._invoices(subscription))))

    def _invoices(self, subscription: str) -> Iterator[str | None]:
        listed = self._client.v1.invoices.list({"subscription": subscription, "limit": MOST_ROWS})
        return (invoice.status for invoice in listed.auto_paging_iter())

    def _has_ended(self, subscription: str) -> bool:
        return bool(self._call(lambda: self._client.v1.subscriptions.retrieve(subscription).status == "canceled"))

    def _update(self, subscription: str, params: SubscriptionUpdateParams, key: str) -> None:
        self._call(lambda: self._client.v1.subscriptions.update(subscription, params, {"idempotency_key": key}))

    def _call(self, call: Callable[[], Any]) -> Any:
        try:
            return call_stripe(call)
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.param}") from error


def _product(item: StripeObject) -> str:
    return str(item["price"]["product"])


def repriced(item: StripeObject, part: Money, interval: Interval) -> SubscriptionUpdateParamsItem:
    """The same item with another price. Without its id Stripe would add an item; without quantity it would set 1."""
    every, count = STRIPE_INTERVALS[interval]
    return {
        "id": item["id"],
        "quantity": item["quantity"],
        "price_data": {
            "currency": part.currency.code.lower(),
            "product": _product(item),
            "recurring": {"interval": every, "interval_count": count},
            "unit_amount": part.minor,
        },
    }
