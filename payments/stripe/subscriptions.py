"""Changes a running recurring gift's subscription at Stripe: another amount, a pause, its end."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import stripe
from stripe.params import (
    SubscriptionUpdateParams,
    SubscriptionUpdateParamsItem,
    SubscriptionUpdateParamsPauseCollection,
)

from ledger.money import Money
from payments.gifts.recurring import Interval, SubscriptionPlan
from payments.stripe.checkout import DAY, STRIPE_INTERVALS
from payments.stripe.gateway import StripeRefused, call_stripe, open_client
from payments.stripe.objects import StripeObject

# The metadata by which a subscription shows that we set its end, or moved its renewal: any other end, and any other
# day that somebody chose at Stripe, is left alone. Both are seconds, like Stripe's `cancel_at` and
# `billing_cycle_anchor`.
STOPS_AT = "stops_at"
MOVED_TO = "moved_to"
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
        if products_of(subscription) != set(parts):
            raise StripeRefused(f"{subscription['id']} is for other Products than this recurring gift")
        changed = [repriced(item, parts[_product(item)], interval) for item in items]
        self._update(subscription["id"], {"items": changed, "proration_behavior": "none"}, key)

    def pause(self, subscription: str, key: str, until: datetime | None = None) -> None:
        """Charge nothing until then, or until `resume`: what falls due meanwhile is dropped, not collected later."""
        pause: SubscriptionUpdateParamsPauseCollection = {"behavior": "void"}
        if until is not None:
            pause["resumes_at"] = int(until.timestamp())
        self._update(subscription, {"pause_collection": pause}, key)

    def resume(self, subscription: str, key: str) -> None:
        """Charge again as before, from the next period."""
        self._update(subscription, {"pause_collection": ""}, key)

    def end_with_its_period(self, subscription: str, key: str) -> None:
        """Charge no further instalment."""
        self._update(subscription, {"cancel_at_period_end": True}, key)

    def keep_to(self, subscription: str, plan: SubscriptionPlan, now: datetime, day: int | None = None) -> None:
        """Move the next renewal, set the end, or both at once: what is None stays as it is. Nothing is charged.

        `day` is the day of the month that was chosen, perhaps since it began: Stripe keeps it beside the renewal.
        """
        # A key of this minute: with a lasting key Stripe would repeat its own error, or an older answer.
        seconds = "-".join(str(int(at.timestamp())) if at else "" for at in (plan.next_due, plan.stops_at))
        self._update(
            subscription, plan_params(plan, day), f"{subscription}-plan-{seconds}-{int(now.timestamp()) // 60}"
        )

    def mark(self, subscription: str, metadata: Mapping[str, str]) -> None:
        """Write these words into its metadata. Nothing else of it changes, and nothing is charged."""
        self._update(subscription, {"metadata": dict(metadata)}, f"{subscription}-mark-{metadata['recurring_id']}")

    def end_now(self, subscription: str, key: str) -> None:
        """End it at once; it may have ended already."""
        try:
            call_stripe(lambda: self._client.v1.subscriptions.cancel(subscription, {}, {"idempotency_key": key}))
        except stripe.InvalidRequestError as error:
            if error.code != _GONE or not self._has_ended(subscription):
                raise StripeRefused(f"{error.code}: {error.param}") from error

    def instalments_so_far(self, subscription: str) -> int:
        """How many instalments were invoiced and not dropped. An invoice over nothing, for a move, is none."""
        return int(self._call(lambda: sum(1 for _ in self._instalments(subscription))))

    def _instalments(self, subscription: str) -> Iterator[stripe.Invoice]:
        listed = self._client.v1.invoices.list({"subscription": subscription, "limit": MOST_ROWS})
        return (invoice for invoice in listed.auto_paging_iter() if invoice.total and invoice.status not in _DROPPED)

    def _has_ended(self, subscription: str) -> bool:
        return bool(self._call(lambda: self._client.v1.subscriptions.retrieve(subscription).status == "canceled"))

    def _update(self, subscription: str, params: SubscriptionUpdateParams, key: str) -> None:
        self._call(lambda: self._client.v1.subscriptions.update(subscription, params, {"idempotency_key": key}))

    def _call(self, call: Callable[[], Any]) -> Any:
        try:
            return call_stripe(call)
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.param}") from error


def plan_params(plan: SubscriptionPlan, day: int | None = None) -> SubscriptionUpdateParams:
    """What moves a renewal and sets an end.

    A renewal is moved by a free period until its day, which becomes the anchor: the only way that Stripe has for a
    subscription that runs already (docs.stripe.com/billing/subscriptions/billing-cycle, "Add a trial to change the
    billing cycle"). Without prorations nothing is given back for what was paid.
    """
    params: SubscriptionUpdateParams = {"proration_behavior": "none"}
    marks = {}
    if plan.next_due is not None:
        params["trial_end"] = int(plan.next_due.timestamp())
        marks[MOVED_TO] = str(params["trial_end"])
        marks |= {DAY: str(day)} if day else {}
    if plan.stops_at is not None:
        params["cancel_at"] = int(plan.stops_at.timestamp())
        marks[STOPS_AT] = str(params["cancel_at"])
    params["metadata"] = marks
    return params


def products_of(subscription: StripeObject) -> frozenset[str]:
    """The ids of the Products that it charges for."""
    return frozenset(_product(item) for item in subscription["items"]["data"])


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
