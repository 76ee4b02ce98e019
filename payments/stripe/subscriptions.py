"""What we ask of Stripe about a running recurring gift: another amount, a pause, its end."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import stripe
from stripe.params import SubscriptionUpdateParams, SubscriptionUpdateParamsItem

from ledger.money import Money
from payments.gifts.recurring import STRIPE_RHYTHM, Interval
from payments.stripe.gateway import StripeRefused, asking, open_client

Object = Mapping[str, Any]

# Where a subscription says that we set its end: an end that somebody else set is left alone.
STOPS_AT = "stops_at"
# Invoices that nobody expects to be paid: their instalment does not count.
_DROPPED = ("void", "uncollectible")
_GONE = "resource_missing"
MOST_ROWS = 100


class RecurringGateway:
    """Changes subscriptions at Stripe. Every act raises StripeAway or StripeRefused, and can be asked for again.

    `key` is the act's idempotency key. Beyond the day for which Stripe remembers keys nothing doubles either:
    each act says how it shall be, not what to add.
    """

    def __init__(self, api_key: str, *, api_base: str | None = None) -> None:
        """`api_base` is another Stripe, such as the twin."""
        self._client = open_client(api_key, api_base)

    def change_amount(self, subscription: Object, parts: Mapping[str, Money], interval: Interval, key: str) -> None:
        """From the next instalment on ask for these amounts, by Product; nothing is asked for the current period."""
        items = subscription["items"]["data"]
        if {_product(one) for one in items} != set(parts):
            raise StripeRefused(f"{subscription['id']} is for other Products than this recurring gift")
        changed = [repriced(one, parts[_product(one)], interval) for one in items]
        self._update(subscription["id"], {"items": changed, "proration_behavior": "none"}, key)

    def pause(self, subscription: str, key: str) -> None:
        """Ask for nothing until `resume`: what falls due meanwhile is dropped, not saved up."""
        self._update(subscription, {"pause_collection": {"behavior": "void"}}, key)

    def resume(self, subscription: str, key: str) -> None:
        """Go on as before, from the next period."""
        self._update(subscription, {"pause_collection": ""}, key)

    def end_with_its_period(self, subscription: str, key: str) -> None:
        """Ask for no further instalment."""
        self._update(subscription, {"cancel_at_period_end": True}, key)

    def stop_at(self, subscription: str, at: datetime, now: datetime) -> None:
        """Set the end that its donor chose: `at` is the end of a period, so the last instalment stays whole."""
        second = str(int(at.timestamp()))
        params: SubscriptionUpdateParams = {
            "cancel_at": int(second),
            "proration_behavior": "none",
            "metadata": {STOPS_AT: second},
        }
        # A key of this minute: under one that lasts Stripe would repeat its own error, or an older answer.
        self._update(subscription, params, f"{subscription}-stops-{second}-{int(now.timestamp()) // 60}")

    def end_now(self, subscription: str, key: str) -> None:
        """End it at once. One that has ended already is as wanted."""
        try:
            asking(lambda: self._client.v1.subscriptions.cancel(subscription, {}, {"idempotency_key": key}))
        except stripe.InvalidRequestError as error:
            if error.code != _GONE or not self._has_ended(subscription):
                raise StripeRefused(f"{error.code}: {error.param}") from error

    def asked_so_far(self, subscription: str) -> int:
        """How many instalments were asked for and not dropped."""
        return int(self._asked(lambda: sum(status not in _DROPPED for status in self._invoices(subscription))))

    def _invoices(self, subscription: str) -> Iterator[str | None]:
        listed = self._client.v1.invoices.list({"subscription": subscription, "limit": MOST_ROWS})
        return (invoice.status for invoice in listed.auto_paging_iter())

    def _has_ended(self, subscription: str) -> bool:
        return bool(self._asked(lambda: self._client.v1.subscriptions.retrieve(subscription).status == "canceled"))

    def _update(self, subscription: str, params: SubscriptionUpdateParams, key: str) -> None:
        self._asked(lambda: self._client.v1.subscriptions.update(subscription, params, {"idempotency_key": key}))

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return asking(ask)
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.param}") from error


def _product(item: Object) -> str:
    return str(item["price"]["product"])


def repriced(item: Object, part: Money, interval: Interval) -> SubscriptionUpdateParamsItem:
    """The same line with another amount. Without its id Stripe would add a line; without quantity set it to 1."""
    every, count = STRIPE_RHYTHM[interval]
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
