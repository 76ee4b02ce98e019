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
from sandbox.lifecycle.catalogue import get_active_price, inline_price, merge_metadata, plan_of
from sandbox.lifecycle.payment_methods import get_method
from sandbox.lifecycle.subscriptions import (
    cancel_subscription,
    get_subscription,
    new_item,
    planned_end,
    update_subscription,
)
from sandbox.lifecycle.trials import announce_trial, trial_changes
from sandbox.state.store import Object
from sandbox.world import World, public

_FEEDBACK = one_of(
    "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive",
    "unused",
)  # fmt: skip
_CANCELLATION_DETAILS = Params({"comment": Text(may_be_empty=True), "feedback": Either(EmptyString(), _FEEDBACK)})
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
        "cancellation_details": _CANCELLATION_DETAILS,
        "default_payment_method": Text(),
        "description": Text(500, may_be_empty=True),
        "expand": EXPAND,
        "items": ListOf(_ITEM, max_items=20),
        "metadata": Metadata(),
        "pause_collection": Either(EmptyString(), _PAUSE),
        "payment_behavior": one_of("allow_incomplete", "error_if_incomplete"),
        "proration_behavior": one_of("create_prorations", "none", "always_invoice"),
        "trial_end": Integer(),
    }
)
_STATUS = one_of("active", "all", "canceled", "ended", "past_due", "trialing", "unpaid")
LIST = list_parameters(created=TimeRange(), customer=Text(), price=Text(), status=_STATUS)
CANCEL = Params(
    {"cancellation_details": _CANCELLATION_DETAILS, "expand": EXPAND, "invoice_now": Boolean(), "prorate": Boolean()}
)


def retrieve(request: ApiRequest) -> Object:
    """The subscription of the id in the path."""
    return get_subscription(request.world, request.object_id)


def list_subscriptions(request: ApiRequest) -> Object:
    """Subscriptions, filtered by customer, price and status; canceled ones only where `status` asks for them."""
    query = (
        ListQuery(request.world, "subscription", request.params, "/v1/subscriptions")
        .filter_by("customer")
        .filter_created()
    )
    status = request.params.get("status", "not ended")
    conditions = {"not ended": "<> 'canceled'", "ended": "= 'canceled'", "all": "IS NOT NULL"}
    query.where(f"json_extract(body, '$.status') {conditions.get(status) or '= ' + repr(status)}")
    if "price" in request.params:
        query.where("json_extract(body, '$.items.data[0].price.id') = ?", request.params["price"])
    return query.page()


def update(request: ApiRequest) -> Object:
    """Update items, payment method, cancellation or pause."""
    world, subscription = request.world, get_subscription(request.world, request.object_id)
    converters: dict[str, Callable[[Any], Any]] = {
        "cancellation_details": lambda details: _cancellation_details(subscription, details),
        "default_payment_method": lambda method_id: _check_method(world, subscription, method_id),
        "description": lambda text: text or None,
        "items": lambda _: _items(request, subscription),
        "metadata": lambda metadata: merge_metadata(subscription["metadata"], metadata),
        "pause_collection": lambda pause: _pause_collection(world, subscription, pause),
    }
    changes = {name: convert(request.params[name]) for name, convert in converters.items() if name in request.params}
    if "cancel_at" in request.params or "cancel_at_period_end" in request.params:
        end = planned_end(world, subscription, request.params)
        notes = {name: text for name, text in changes.get("cancellation_details", {}).items() if name != "reason"}
        changes |= {**end, "cancellation_details": end["cancellation_details"] | notes}
    if "trial_end" in request.params:
        return _start_trial(request, subscription, changes)
    return update_subscription(world, subscription, **changes)


def _start_trial(request: ApiRequest, subscription: Object, changes: dict[str, Any]) -> Object:
    """Update a subscription and move its billing cycle: what is left of the period becomes free."""
    world = request.world
    _require_no_prorations(request)
    moved = trial_changes(world, {**subscription, **changes}, request.params["trial_end"])
    update_subscription(world, subscription, **{**changes, **moved})
    announce_trial(world, subscription)
    return subscription


def _require_no_prorations(request: ApiRequest) -> None:
    if request.params.get("proration_behavior") != "none":
        raise invalid_request(
            "The sandbox computes no prorations: pass proration_behavior=none.", param="proration_behavior"
        )


def _cancellation_details(subscription: Object, details: dict[str, Any]) -> Object:
    return {**subscription["cancellation_details"], **{name: value or None for name, value in details.items()}}


def _check_method(world: World, subscription: Object, method_id: str) -> str:
    method = get_method(world, method_id, param="default_payment_method", status=400)
    if method["customer"] != subscription["customer"]:
        raise invalid_request(
            "The customer does not have this payment method attached.", param="default_payment_method"
        )
    return method_id


def _pause_collection(world: World, subscription: Object, pause: Any) -> Object | None:
    """The new pause_collection; the end of the pause is scheduled. An empty string ends the pause."""
    world.tasks.cancel(subscription["id"], "resume_collection")
    if pause == "":
        return None
    if "resumes_at" in pause:
        world.tasks.schedule(pause["resumes_at"], "resume_collection", subscription["id"])
    return {"behavior": pause["behavior"], "resumes_at": pause.get("resumes_at")}


def _items(request: ApiRequest, subscription: Object) -> Object:
    """The items after an update. An item without an id is added, as with Stripe. Prorations are not supported."""
    _require_no_prorations(request)
    items = {item["id"]: item for item in subscription["items"]["data"]}
    for place, item_params in enumerate(request.params["items"]):
        name = f"items[{place}]"
        if "id" in item_params and item_params["id"] not in items:
            raise resource_missing("subscription item", item_params["id"], param=f"{name}[id]", status=400)
        if item_params.get("deleted"):
            del items[item_params["id"]]
            continue
        item = _changed_item(request.world, subscription, items.get(item_params.get("id", "")), item_params, name)
        items[item["id"]] = item
    if not items:
        raise invalid_request("A subscription must have at least one active plan.", param="items")
    return {**subscription["items"], "data": list(items.values())}


def _changed_item(
    world: World, subscription: Object, old: Object | None, item_params: dict[str, Any], name: str
) -> Object:
    """A changed or new item. A changed item keeps its period; a new price without a quantity sets the quantity to 1."""
    price = None
    if "price_data" in item_params:
        price = inline_price(world, item_params["price_data"], f"{name}[price_data]")
    elif "price" in item_params:
        price = get_active_price(world, item_params["price"], f"{name}[price]")
    if price is not None and price["currency"] != subscription["currency"]:
        raise invalid_request(
            "The currency of a subscription cannot be changed.", param=f"{name}[price_data][currency]"
        )
    if old is None:
        if price is None:
            raise missing_parameter(f"{name}[price]")
        return new_item(world, subscription, price, item_params.get("quantity", 1))
    changed = dict(old)
    if "metadata" in item_params:
        changed["metadata"] = merge_metadata(old["metadata"], item_params["metadata"])
    if price is not None:
        changed |= {"plan": plan_of(price), "price": public(price), "quantity": 1}
    return changed | {"quantity": item_params.get("quantity", changed["quantity"])}


def cancel_now(request: ApiRequest) -> Object:
    """Cancel a subscription at once."""
    subscription = get_subscription(request.world, request.object_id)
    return cancel_subscription(request.world, subscription, request.params.get("cancellation_details"))


CALLS = (
    Call("GET", "/v1/subscriptions", LIST, list_subscriptions),
    Call("GET", "/v1/subscriptions/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/subscriptions/{id}", UPDATE, update),
    Call("DELETE", "/v1/subscriptions/{id}", CANCEL, cancel_now),
)
