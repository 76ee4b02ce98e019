"""The catalogue of products and prices."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.events import emit_event
from sandbox.lifecycle.currencies import parse_currency
from sandbox.lifecycle.object_templates import PRICE, PRODUCT
from sandbox.state.store import Object
from sandbox.world import World


def merge_metadata(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Metadata after an update: keys are merged, an empty value removes its key, an empty update removes all keys."""
    return {key: value for key, value in {**old, **new}.items() if value} if new else {}


def create_product(world: World, params: dict[str, Any]) -> Object:
    """A new product, under the id that the caller chose or a generated one."""
    id_ = params.get("id") or world.random.new_id("prod_", 14)
    if world.store.find(id_) is not None:
        raise invalid_request("Product already exists.", code="resource_already_exists", param="id")
    fields = {name: value for name, value in params.items() if name not in ("id", "expand", "metadata")}
    metadata = merge_metadata({}, params.get("metadata", {}))
    product = PRODUCT(id_, created=world.now, updated=world.now, **fields, metadata=metadata)
    world.store.add(product)
    emit_event(world, "product.created", product)
    return product


def get_product(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The product of this id; ApiError where there is none."""
    product = world.store.find(id_)
    if product is None or product["object"] != "product":
        raise resource_missing("product", id_, param=param, status=status)
    return product


def get_price(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The price of this id; ApiError where there is none."""
    price = world.store.find(id_)
    if price is None or price["object"] != "price":
        raise resource_missing("price", id_, param=param, status=status)
    return price


def get_active_price(world: World, id_: str, param: str) -> Object:
    """The price of this id that a parameter names; ApiError where there is none, or it is inactive."""
    price = get_price(world, id_, param=param, status=400)
    if not price["active"]:
        raise invalid_request("The price specified is inactive. This field only accepts active prices.", param=param)
    return price


def check_product_active(product: Object, param: str) -> None:
    """Refuse to sell an inactive product."""
    if not product["active"]:
        message = "This price is not available to be purchased because its product is not active."
        raise invalid_request(message, code="product_inactive", param=param)


def inline_price(world: World, params: dict[str, Any], name: str, *, for_sale: bool = False) -> Object:
    """A new price from a line's price_data. It is inactive: no other session can use it.

    `for_sale`: an inactive product is refused. A subscription keeps the product that its first session made.
    """
    if "product" in params:
        product = get_product(world, params["product"], param=f"{name}[product]", status=400)
        if for_sale:
            check_product_active(product, f"{name}[product]")
    elif "product_data" in params:
        product = create_product(world, {**params["product_data"], "active": False})
    else:
        raise missing_parameter(f"{name}[product]")
    return create_price(world, {**params, "active": False}, product, name)


def create_price(world: World, params: dict[str, Any], product: Object, name: str = "") -> Object:
    """A new price of a product, one-time or recurring. `name` is the group of parameters to name in errors."""
    custom = params.get("custom_unit_amount", {})
    chosen = {key: custom.get(key) for key in ("maximum", "minimum", "preset")} if custom.get("enabled") else None
    if "unit_amount" not in params and chosen is None:
        raise missing_parameter(f"{name}[unit_amount]" if name else "unit_amount")
    recurring = params.get("recurring")
    if recurring is not None:
        recurring = {
            "interval_count": 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
            **recurring,
        }
        _check_interval(recurring, f"{name}[recurring]" if name else "recurring")
    price = PRICE(
        world.random.new_id("price_"),
        active=params.get("active", True),
        created=world.now,
        currency=parse_currency(params["currency"], f"{name}[currency]" if name else "currency"),
        custom_unit_amount=chosen,
        lookup_key=params.get("lookup_key"),
        metadata=merge_metadata({}, params.get("metadata", {})),
        nickname=params.get("nickname"),
        product=product["id"],
        recurring=recurring,
        type="recurring" if recurring else "one_time",
        unit_amount=params.get("unit_amount"),
        unit_amount_decimal=str(params["unit_amount"]) if "unit_amount" in params else None,
    )
    world.store.add(price)
    emit_event(world, "price.created", price)
    return price


def plan_of(price: Object) -> Object:
    """A recurring price as a plan, which it was called before there were prices. Subscription items still show it."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": dict(price["metadata"]),
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


_MAX_INTERVAL_COUNT = {"day": 1095, "week": 156, "month": 36, "year": 3}


def _check_interval(recurring: Object, name: str) -> None:
    """An interval is three years at most."""
    if recurring["interval_count"] > _MAX_INTERVAL_COUNT[recurring["interval"]]:
        raise invalid_request("The maximum interval is three years.", param=f"{name}[interval_count]")
