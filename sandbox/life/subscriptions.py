"""The life of a subscription: begun by a first payment, kept in step with its invoices, ended."""

from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import list_object
from sandbox.events import emit_event
from sandbox.life.blanks_of_giving import SUBSCRIPTION, SUBSCRIPTION_ITEM
from sandbox.life.catalogue import labelled
from sandbox.life.graphs import graph, move
from sandbox.life.periods import period_after
from sandbox.state.store import Object
from sandbox.world import World, public

SUBSCRIPTION_STATES = graph(
    active="active past_due unpaid canceled", past_due="active unpaid canceled", unpaid="active canceled"
)
DAY = 86400
ANNOUNCED = 7 * DAY
"""Seconds before a renewal at which invoice.upcoming tells of it."""


def begin(
    world: World, customer: Object, method: Object, prices: list[tuple[Object, int]], asked: dict[str, Any]
) -> Object:
    """A subscription that starts now; its first payment has already been made."""
    id_ = world.random.new_id("sub_")
    subscription = SUBSCRIPTION(
        id_,
        billing_cycle_anchor=world.now,
        created=world.now,
        currency=prices[0][0]["currency"],
        customer=customer["id"],
        default_payment_method=method["id"],
        description=asked.get("description"),
        metadata=labelled({}, asked.get("metadata", {})),
        start_date=world.now,
    )
    items = [new_item(world, subscription, price, quantity) for price, quantity in prices]
    subscription["items"] = list_object(items, f"/v1/subscription_items?subscription={id_}")
    world.store.add(subscription)
    emit_event(world, "customer.subscription.created", subscription)
    plan_renewal(world, subscription)
    return subscription


def new_item(world: World, subscription: Object, price: Object, quantity: int) -> Object:
    """One part of a subscription, for the period that runs."""
    start = period_start(subscription) if "items" in subscription else subscription["start_date"]
    end = period_after(subscription["billing_cycle_anchor"], price["recurring"], start)
    return SUBSCRIPTION_ITEM(
        world.random.new_id("si_", 14),
        created=world.now,
        current_period_end=end,
        current_period_start=start,
        price=public(price),
        quantity=quantity,
        subscription=subscription["id"],
    )


def period_start(subscription: Object) -> int:
    """The second at which the current period began."""
    return int(subscription["items"]["data"][0]["current_period_start"])


def period_end(subscription: Object) -> int:
    """The second at which the next renewal is due."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def plan_renewal(world: World, subscription: Object) -> None:
    """Put the next renewal, and the word before it, on the agenda."""
    id_, due = subscription["id"], period_end(subscription)
    for what in ("renew", "announce_renewal", "end_subscription"):
        world.tasks.cancel(id_, what)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] < due:
        world.tasks.schedule(subscription["cancel_at"], "end_subscription", id_)
    if due - ANNOUNCED > world.now and not ending(subscription):
        world.tasks.schedule(due - ANNOUNCED, "announce_renewal", id_)
    world.tasks.schedule(due, "renew", id_)


def ending(subscription: Object) -> bool:
    """Whether this period is its last."""
    cancel_at = subscription["cancel_at"]
    return bool(
        subscription["cancel_at_period_end"] or (cancel_at is not None and cancel_at <= period_end(subscription))
    )


def begin_next_period(world: World, subscription: Object) -> None:
    """Every part moves on to the period that follows."""
    before = subscription["items"]
    moved = []
    for item in before["data"]:
        end = item["current_period_end"]
        after = period_after(subscription["billing_cycle_anchor"], item["price"]["recurring"], end)
        moved.append({**item, "current_period_end": after, "current_period_start": end})
    world.store.change(subscription, items={**before, "data": moved})
    emit_event(world, "customer.subscription.updated", subscription, {"items": before})
    plan_renewal(world, subscription)


def become(world: World, subscription: Object, status: str) -> None:
    """Follow what became of an invoice: active, past_due, unpaid."""
    if subscription["status"] in (status, "canceled"):
        return
    before = subscription["status"]
    move(world, subscription, SUBSCRIPTION_STATES, status)
    emit_event(world, "customer.subscription.updated", subscription, {"status": before})


def cancel(
    world: World, subscription: Object, why: Object | None = None, reason: str = "cancellation_requested"
) -> Object:
    """End it now, for good."""
    if subscription["status"] == "canceled":
        raise resource_missing("subscription", subscription["id"])
    world.tasks.cancel(subscription["id"])
    details = {**subscription["cancellation_details"], **(why or {}), "reason": reason}
    move(world, subscription, SUBSCRIPTION_STATES, "canceled", canceled_at=subscription["canceled_at"] or world.now,
         ended_at=world.now, cancellation_details=details)  # fmt: skip
    emit_event(world, "customer.subscription.deleted", subscription)
    return subscription


def end_subscription(world: World, subscription_id: str) -> None:
    """The instant has come for which its end was planned."""
    cancel(world, world.store.get(subscription_id))


def the_subscription(world: World, id_: str) -> Object:
    """The subscription of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "subscription":
        raise resource_missing("subscription", id_)
    return found


def change(world: World, subscription: Object, **fields: Any) -> Object:
    """Set what the giver or the caller wishes, and tell what it was before."""
    if subscription["status"] == "canceled":
        raise invalid_request("A canceled subscription can only update its cancellation_details and metadata.")
    before = {name: subscription[name] for name, value in fields.items() if subscription[name] != value}
    if before:
        world.store.change(subscription, **fields)
        emit_event(world, "customer.subscription.updated", subscription, before)
        plan_renewal(world, subscription)
    return subscription
