"""Subscriptions: created after a first payment, renewed period by period, updated and canceled."""

from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import list_object
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import merge_metadata, plan_of
from sandbox.lifecycle.object_templates import SUBSCRIPTION, SUBSCRIPTION_ITEM
from sandbox.lifecycle.periods import period_after
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World, public

SUBSCRIPTION_STATES = state_graph(
    active="active trialing past_due unpaid canceled",
    trialing="active trialing canceled",
    past_due="active trialing unpaid canceled",
    unpaid="active trialing canceled",
)
DAY = 86400
UPCOMING_NOTICE = 7 * DAY
"""Seconds before a renewal at which invoice.upcoming is emitted."""


def create_subscription(
    world: World, customer: Object, method: Object, prices: list[tuple[Object, int]], params: dict[str, Any]
) -> Object:
    """A new subscription that starts now. Its first payment has already been made."""
    id_ = world.random.new_id("sub_")
    subscription = SUBSCRIPTION(
        id_,
        billing_cycle_anchor=world.now,
        created=world.now,
        currency=prices[0][0]["currency"],
        customer=customer["id"],
        default_payment_method=method["id"],
        description=params.get("description"),
        metadata=merge_metadata({}, params.get("metadata", {})),
        start_date=world.now,
    )
    items = [new_item(world, subscription, price, quantity) for price, quantity in prices]
    subscription["items"] = list_object(items, f"/v1/subscription_items?subscription={id_}")
    world.store.add(subscription)
    emit_event(world, "customer.subscription.created", subscription)
    schedule_renewal(world, subscription)
    return subscription


def new_item(world: World, subscription: Object, price: Object, quantity: int) -> Object:
    """A new item of a subscription, for the current period."""
    start = period_start(subscription) if "items" in subscription else subscription["start_date"]
    end = period_after(subscription["billing_cycle_anchor"], price["recurring"], start)
    return SUBSCRIPTION_ITEM(
        world.random.new_id("si_", 14),
        created=world.now,
        current_period_end=end,
        current_period_start=start,
        plan=plan_of(price),
        price=public(price),
        quantity=quantity,
        subscription=subscription["id"],
    )


def period_start(subscription: Object) -> int:
    """The second at which the current period started."""
    return int(subscription["items"]["data"][0]["current_period_start"])


def period_end(subscription: Object) -> int:
    """The second at which the next renewal is due."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def schedule_renewal(world: World, subscription: Object) -> None:
    """Schedule the next renewal, its notice, and the subscription's end, in place of those scheduled before."""
    id_, due = subscription["id"], period_end(subscription)
    for task in ("renew", "announce_renewal", "end_subscription"):
        world.tasks.cancel(id_, task)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] < due:
        world.tasks.schedule(subscription["cancel_at"], "end_subscription", id_)
    if due - UPCOMING_NOTICE > world.now and not ends_with_period(subscription):
        world.tasks.schedule(due - UPCOMING_NOTICE, "announce_renewal", id_)
    world.tasks.schedule(due, "renew", id_)


def ends_with_period(subscription: Object) -> bool:
    """Whether the current period is the last."""
    cancel_at = subscription["cancel_at"]
    return bool(
        subscription["cancel_at_period_end"] or (cancel_at is not None and cancel_at <= period_end(subscription))
    )


def start_next_period(world: World, subscription: Object) -> None:
    """Move every item on to the next period."""
    before = subscription["items"]
    items = []
    for item in before["data"]:
        start = item["current_period_end"]
        end = period_after(subscription["billing_cycle_anchor"], item["price"]["recurring"], start)
        items.append({**item, "current_period_end": end, "current_period_start": start})
    previous: Object = {"items": before}
    if subscription["status"] == "trialing":
        previous["status"] = "trialing"
        transition(world, subscription, SUBSCRIPTION_STATES, "active")
    world.store.change(subscription, items={**before, "data": items})
    emit_event(world, "customer.subscription.updated", subscription, previous)
    schedule_renewal(world, subscription)


def set_subscription_status(world: World, subscription: Object, status: str) -> None:
    """Set active, past_due or unpaid, unless the subscription is canceled, or trialing until its trial ends."""
    if subscription["status"] in (status, "canceled", "trialing"):
        return
    before = subscription["status"]
    transition(world, subscription, SUBSCRIPTION_STATES, status)
    emit_event(world, "customer.subscription.updated", subscription, {"status": before})


def cancel_subscription(
    world: World, subscription: Object, details: Object | None = None, reason: str = "cancellation_requested"
) -> Object:
    """Cancel a subscription now; ApiError where it is canceled already. `details`: a comment and feedback."""
    if subscription["status"] == "canceled":
        raise resource_missing("subscription", subscription["id"])
    world.tasks.cancel(subscription["id"])
    canceled_at = subscription["canceled_at"] or world.now
    details = {**subscription["cancellation_details"], **(details or {}), "reason": reason}
    transition(world, subscription, SUBSCRIPTION_STATES, "canceled", canceled_at=canceled_at, ended_at=world.now,
               cancellation_details=details)  # fmt: skip
    emit_event(world, "customer.subscription.deleted", subscription)
    return subscription


def end_subscription(world: World, subscription_id: str) -> None:
    """Scheduled for `cancel_at`: cancel the subscription."""
    cancel_subscription(world, world.store.get(subscription_id))


def get_subscription(world: World, id_: str) -> Object:
    """The subscription of this id; ApiError where there is none."""
    subscription = world.store.find(id_)
    if subscription is None or subscription["object"] != "subscription":
        raise resource_missing("subscription", id_)
    return subscription


def planned_end(world: World, subscription: Object, params: dict[str, Any]) -> Object:
    """The fields that `cancel_at_period_end` or `cancel_at` in the parameters set: the end, its request, its reason.

    As with flexible billing `cancel_at` holds the end in both cases; without an end all of them are cleared.
    """
    at_period_end = params.get("cancel_at_period_end", False)
    cancel_at = period_end(subscription) if at_period_end else params.get("cancel_at") or None
    ends = cancel_at is not None
    details = {**subscription["cancellation_details"], "reason": "cancellation_requested" if ends else None}
    return {
        "cancel_at": cancel_at,
        "cancel_at_period_end": at_period_end,
        "canceled_at": world.now if ends else None,
        "cancellation_details": details,
    }


_EDITABLE_WHEN_CANCELED = frozenset({"cancellation_details", "metadata"})


def update_subscription(world: World, subscription: Object, **fields: Any) -> Object:
    """Set fields of a subscription and emit their former values. A canceled one keeps all but its notes: ApiError."""
    ended = subscription["status"] == "canceled"
    if ended and not fields.keys() <= _EDITABLE_WHEN_CANCELED:
        raise invalid_request(
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="invalid_canceled_subscription_fields",
        )
    before = {name: subscription[name] for name, value in fields.items() if subscription[name] != value}
    if before:
        world.store.change(subscription, **fields)
        emit_event(world, "customer.subscription.updated", subscription, before)
        if not ended:
            schedule_renewal(world, subscription)
    return subscription
