"""Calls under /v1/subscriptions."""

from collections.abc import Callable
from typing import Any

from sandbox.calls.prices import INTERVAL
from sandbox.life.catalogue import inline_price, labelled, the_price
from sandbox.life.methods import the_method
from sandbox.life.subscriptions import cancel, change, new_item, the_subscription
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.refusals import missing_parameter, no_such, not_possible
from sandbox.wire.shapes import (
    EXPAND,
    RETRIEVE,
    Either,
    Fields,
    Labels,
    ListOf,
    Range,
    Text,
    Truth,
    Unset,
    Whole,
    listing,
    one_of,
)
from sandbox.world import World, public

_FEEDBACK = one_of(
    "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive",
    "unused",
)  # fmt: skip
_WHY = Fields({"comment": Text(unset=True), "feedback": Either(Unset(), _FEEDBACK)})
_PRICE_DATA = Fields(
    {
        "currency": Text(3),
        "product": Text(),
        "recurring": Fields({"interval": INTERVAL, "interval_count": Whole(1, 1095)}, required=("interval",)),
        "unit_amount": Whole(),
    },
    required=("currency", "product", "recurring"),
)
_ITEM = Fields(
    {
        "deleted": Truth(),
        "id": Text(),
        "metadata": Labels(),
        "price": Text(),
        "price_data": _PRICE_DATA,
        "quantity": Whole(1, 999_999),
    }
)
_PAUSE = Fields(
    {"behavior": one_of("keep_as_draft", "mark_uncollectible", "void"), "resumes_at": Whole()}, required=("behavior",)
)
UPDATE = Fields(
    {
        "cancel_at": Either(Unset(), Whole()),
        "cancel_at_period_end": Truth(),
        "cancellation_details": _WHY,
        "default_payment_method": Text(),
        "description": Text(500, unset=True),
        "expand": EXPAND,
        "items": ListOf(_ITEM, most=20),
        "metadata": Labels(),
        "pause_collection": Either(Unset(), _PAUSE),
        "payment_behavior": one_of("allow_incomplete", "error_if_incomplete"),
        "proration_behavior": one_of("create_prorations", "none", "always_invoice"),
    }
)
_STATUS = one_of("active", "all", "canceled", "ended", "past_due", "unpaid")
LIST = listing(created=Range(), customer=Text(), price=Text(), status=_STATUS)
CANCEL = Fields({"cancellation_details": _WHY, "expand": EXPAND, "invoice_now": Truth(), "prorate": Truth()})


def retrieve(ask: Ask) -> Object:
    """One subscription."""
    return the_subscription(ask.world, ask.subject)


def list_subscriptions(ask: Ask) -> Object:
    """Subscriptions, by customer, price and status; ended ones only on request."""
    found = Listing(ask.world, "subscription", ask.params, "/v1/subscriptions").by("customer").by_created()
    status = ask.params.get("status", "not ended")
    ended = {"not ended": "<> 'canceled'", "ended": "= 'canceled'", "all": "IS NOT NULL"}
    found.only(f"json_extract(body, '$.status') {ended.get(status) or '= ' + repr(status)}")
    if "price" in ask.params:
        found.only("json_extract(body, '$.items.data[0].price.id') = ?", ask.params["price"])
    return found.page()


def update(ask: Ask) -> Object:
    """Change amount, payment method, end or pause."""
    world, subscription = ask.world, the_subscription(ask.world, ask.subject)
    read: dict[str, Callable[[Any], Any]] = {
        "cancel_at": lambda asked: None if asked == "" else asked,
        "cancel_at_period_end": bool,
        "cancellation_details": lambda asked: _why(subscription, asked),
        "default_payment_method": lambda asked: _own_method(world, subscription, asked),
        "description": lambda asked: asked or None,
        "items": lambda _: _items(ask, subscription),
        "metadata": lambda asked: labelled(subscription["metadata"], asked),
        "pause_collection": lambda asked: _pause(world, subscription, asked),
    }
    changes = {name: reading(ask.params[name]) for name, reading in read.items() if name in ask.params}
    if "cancel_at" in changes or "cancel_at_period_end" in changes:
        ends = changes.get("cancel_at") or changes.get("cancel_at_period_end")
        changes["canceled_at"] = world.now if ends else None
    return change(world, subscription, **changes)


def _why(subscription: Object, asked: dict[str, Any]) -> Object:
    return {**subscription["cancellation_details"], **{name: value or None for name, value in asked.items()}}


def _own_method(world: World, subscription: Object, method_id: str) -> str:
    method = the_method(world, method_id, param="default_payment_method", status=400)
    if method["customer"] != subscription["customer"]:
        raise not_possible("The customer does not have this payment method attached.", param="default_payment_method")
    return method_id


def _pause(world: World, subscription: Object, asked: Any) -> Object | None:
    world.tasks.cancel(subscription["id"], "resume_collection")
    if asked == "":
        return None
    if "resumes_at" in asked:
        world.tasks.schedule(asked["resumes_at"], "resume_collection", subscription["id"])
    return {"behavior": asked["behavior"], "resumes_at": asked.get("resumes_at")}


def _items(ask: Ask, subscription: Object) -> Object:
    """The parts after an update. Without an id a part is added, as Stripe does it; no prorations are computed."""
    if ask.params.get("proration_behavior") != "none":
        raise not_possible(
            "The sandbox computes no prorations: pass proration_behavior=none.", param="proration_behavior"
        )
    parts = {item["id"]: item for item in subscription["items"]["data"]}
    for place, asked in enumerate(ask.params["items"]):
        name = f"items[{place}]"
        if "id" in asked and asked["id"] not in parts:
            raise no_such("subscription item", asked["id"], param=f"{name}[id]", status=400)
        if asked.get("deleted"):
            del parts[asked["id"]]
            continue
        part = _changed_item(ask.world, subscription, parts.get(asked.get("id", "")), asked, name)
        parts[part["id"]] = part
    if not parts:
        raise not_possible("A subscription must have at least one active plan.", param="items")
    return {**subscription["items"], "data": list(parts.values())}


def _changed_item(world: World, subscription: Object, old: Object | None, asked: dict[str, Any], name: str) -> Object:
    """A changed part keeps its period; its quantity goes back to 1 where the price changes and none is given."""
    price = None
    if "price_data" in asked:
        price = inline_price(world, asked["price_data"], f"{name}[price_data]")
    elif "price" in asked:
        price = the_price(world, asked["price"], param=f"{name}[price]", status=400)
    if price is not None and price["currency"] != subscription["currency"]:
        raise not_possible("The currency of a subscription cannot be changed.", param=f"{name}[price_data][currency]")
    if old is None:
        if price is None:
            raise missing_parameter(f"{name}[price]")
        return new_item(world, subscription, price, asked.get("quantity", 1))
    changed = {**old, "metadata": labelled(old["metadata"], asked["metadata"])} if "metadata" in asked else dict(old)
    if price is not None:
        changed |= {"price": public(price), "quantity": 1}
    return changed | {"quantity": asked.get("quantity", changed["quantity"])}


def cancel_now(ask: Ask) -> Object:
    """End a subscription at once."""
    subscription = the_subscription(ask.world, ask.subject)
    return cancel(ask.world, subscription, ask.params.get("cancellation_details"))


CALLS = (
    Call("GET", "/v1/subscriptions", LIST, list_subscriptions),
    Call("GET", "/v1/subscriptions/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/subscriptions/{id}", UPDATE, update),
    Call("DELETE", "/v1/subscriptions/{id}", CANCEL, cancel_now),
)
