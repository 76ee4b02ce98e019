"""Calls under /v1/subscriptions."""

from collections.abc import Callable
from typing import Any

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import (
    EXPAND,
    RETRIEVE,
    Boolean,
    Either,
    EmptyString,
    Integer,
    ListOf,
    Metadata,
    Params,
    Text,
    TimeRange,
    list_parameters,
    one_of,
)
from sandbox.calls.prices import INTERVAL
from sandbox.life.catalogue import inline_price, labelled, the_price
from sandbox.life.methods import the_method
from sandbox.life.subscriptions import cancel, change, new_item, the_subscription
from sandbox.state.store import Object
from sandbox.world import World, public

_FEEDBACK = one_of(
    "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive",
    "unused",
)  # fmt: skip
_WHY = Params({"comment": Text(may_be_empty=True), "feedback": Either(EmptyString(), _FEEDBACK)})
_PRICE_DATA = Params(
    {
        "currency": Text(3),
        "product": Text(),
        "recurring": Params({"interval": INTERVAL, "interval_count": Integer(1, 1095)}, required=("interval",)),
        "unit_amount": Integer(),
    },
    required=("currency", "product", "recurring"),
)
_ITEM = Params(
    {
        "deleted": Boolean(),
        "id": Text(),
        "metadata": Metadata(),
        "price": Text(),
        "price_data": _PRICE_DATA,
        "quantity": Integer(1, 999_999),
    }
)
_PAUSE = Params(
    {"behavior": one_of("keep_as_draft", "mark_uncollectible", "void"), "resumes_at": Integer()}, required=("behavior",)
)
UPDATE = Params(
    {
        "cancel_at": Either(EmptyString(), Integer()),
        "cancel_at_period_end": Boolean(),
        "cancellation_details": _WHY,
        "default_payment_method": Text(),
        "description": Text(500, may_be_empty=True),
        "expand": EXPAND,
        "items": ListOf(_ITEM, max_items=20),
        "metadata": Metadata(),
        "pause_collection": Either(EmptyString(), _PAUSE),
        "payment_behavior": one_of("allow_incomplete", "error_if_incomplete"),
        "proration_behavior": one_of("create_prorations", "none", "always_invoice"),
    }
)
_STATUS = one_of("active", "all", "canceled", "ended", "past_due", "unpaid")
LIST = list_parameters(created=TimeRange(), customer=Text(), price=Text(), status=_STATUS)
CANCEL = Params({"cancellation_details": _WHY, "expand": EXPAND, "invoice_now": Boolean(), "prorate": Boolean()})


def retrieve(request: ApiRequest) -> Object:
    """One subscription."""
    return the_subscription(request.world, request.object_id)


def list_subscriptions(request: ApiRequest) -> Object:
    """Subscriptions, by customer, price and status; ended ones only on request."""
    query = (
        ListQuery(request.world, "subscription", request.params, "/v1/subscriptions")
        .filter_by("customer")
        .filter_created()
    )
    status = request.params.get("status", "not ended")
    ended = {"not ended": "<> 'canceled'", "ended": "= 'canceled'", "all": "IS NOT NULL"}
    query.where(f"json_extract(body, '$.status') {ended.get(status) or '= ' + repr(status)}")
    if "price" in request.params:
        query.where("json_extract(body, '$.items.data[0].price.id') = ?", request.params["price"])
    return query.page()


def update(request: ApiRequest) -> Object:
    """Change amount, payment method, end or pause."""
    world, subscription = request.world, the_subscription(request.world, request.object_id)
    read: dict[str, Callable[[Any], Any]] = {
        "cancel_at": lambda asked: None if asked == "" else asked,
        "cancel_at_period_end": bool,
        "cancellation_details": lambda asked: _why(subscription, asked),
        "default_payment_method": lambda asked: _own_method(world, subscription, asked),
        "description": lambda asked: asked or None,
        "items": lambda _: _items(request, subscription),
        "metadata": lambda asked: labelled(subscription["metadata"], asked),
        "pause_collection": lambda asked: _pause(world, subscription, asked),
    }
    changes = {name: reading(request.params[name]) for name, reading in read.items() if name in request.params}
    if "cancel_at" in changes or "cancel_at_period_end" in changes:
        ends = changes.get("cancel_at") or changes.get("cancel_at_period_end")
        changes["canceled_at"] = world.now if ends else None
    return change(world, subscription, **changes)


def _why(subscription: Object, asked: dict[str, Any]) -> Object:
    return {**subscription["cancellation_details"], **{name: value or None for name, value in asked.items()}}


def _own_method(world: World, subscription: Object, method_id: str) -> str:
    method = the_method(world, method_id, param="default_payment_method", status=400)
    if method["customer"] != subscription["customer"]:
        raise invalid_request(
            "The customer does not have this payment method attached.", param="default_payment_method"
        )
    return method_id


def _pause(world: World, subscription: Object, asked: Any) -> Object | None:
    world.tasks.cancel(subscription["id"], "resume_collection")
    if asked == "":
        return None
    if "resumes_at" in asked:
        world.tasks.schedule(asked["resumes_at"], "resume_collection", subscription["id"])
    return {"behavior": asked["behavior"], "resumes_at": asked.get("resumes_at")}


def _items(request: ApiRequest, subscription: Object) -> Object:
    """The parts after an update. Without an id a part is added, as Stripe does it; no prorations are computed."""
    if request.params.get("proration_behavior") != "none":
        raise invalid_request(
            "The sandbox computes no prorations: pass proration_behavior=none.", param="proration_behavior"
        )
    parts = {item["id"]: item for item in subscription["items"]["data"]}
    for place, asked in enumerate(request.params["items"]):
        name = f"items[{place}]"
        if "id" in asked and asked["id"] not in parts:
            raise resource_missing("subscription item", asked["id"], param=f"{name}[id]", status=400)
        if asked.get("deleted"):
            del parts[asked["id"]]
            continue
        part = _changed_item(request.world, subscription, parts.get(asked.get("id", "")), asked, name)
        parts[part["id"]] = part
    if not parts:
        raise invalid_request("A subscription must have at least one active plan.", param="items")
    return {**subscription["items"], "data": list(parts.values())}


def _changed_item(world: World, subscription: Object, old: Object | None, asked: dict[str, Any], name: str) -> Object:
    """A changed part keeps its period; its quantity goes back to 1 where the price changes and none is given."""
    price = None
    if "price_data" in asked:
        price = inline_price(world, asked["price_data"], f"{name}[price_data]")
    elif "price" in asked:
        price = the_price(world, asked["price"], param=f"{name}[price]", status=400)
    if price is not None and price["currency"] != subscription["currency"]:
        raise invalid_request(
            "The currency of a subscription cannot be changed.", param=f"{name}[price_data][currency]"
        )
    if old is None:
        if price is None:
            raise missing_parameter(f"{name}[price]")
        return new_item(world, subscription, price, asked.get("quantity", 1))
    changed = {**old, "metadata": labelled(old["metadata"], asked["metadata"])} if "metadata" in asked else dict(old)
    if price is not None:
        changed |= {"price": public(price), "quantity": 1}
    return changed | {"quantity": asked.get("quantity", changed["quantity"])}


def cancel_now(request: ApiRequest) -> Object:
    """End a subscription at once."""
    subscription = the_subscription(request.world, request.object_id)
    return cancel(request.world, subscription, request.params.get("cancellation_details"))


CALLS = (
    Call("GET", "/v1/subscriptions", LIST, list_subscriptions),
    Call("GET", "/v1/subscriptions/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/subscriptions/{id}", UPDATE, update),
    Call("DELETE", "/v1/subscriptions/{id}", CANCEL, cancel_now),
)
