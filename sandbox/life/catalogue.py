"""Products and prices: what a line of a session is for, and how much it costs."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.events import emit_event
from sandbox.life.blanks import PRICE, PRODUCT
from sandbox.life.currencies import known_currency
from sandbox.state.store import Object
from sandbox.world import World


def labelled(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Metadata after an update: keys are merged, an empty value removes its key, no keys at all remove all."""
    return {key: value for key, value in {**old, **new}.items() if value} if new else {}


def make_product(world: World, asked: dict[str, Any]) -> Object:
    """A product, under the id that the caller chose or a new one."""
    id_ = asked.get("id") or world.random.new_id("prod_", 14)
    if world.store.find(id_) is not None:
        raise invalid_request("Product already exists.", code="resource_already_exists", param="id")
    named = {name: value for name, value in asked.items() if name not in ("id", "expand", "metadata")}
    metadata = labelled({}, asked.get("metadata", {}))
    product = PRODUCT(id_, created=world.now, updated=world.now, **named, metadata=metadata)
    world.store.add(product)
    emit_event(world, "product.created", product)
    return product


def the_product(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The product of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "product":
        raise resource_missing("product", id_, param=param, status=status)
    return found


def the_price(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The price of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "price":
        raise resource_missing("price", id_, param=param, status=status)
    return found


def inline_price(world: World, asked: dict[str, Any], name: str) -> Object:
    """The price that a line of price_data becomes: not for sale elsewhere, hence inactive."""
    if "product" in asked:
        product = the_product(world, asked["product"], param=f"{name}[product]", status=400)
    elif "product_data" in asked:
        product = make_product(world, {**asked["product_data"], "active": False})
    else:
        raise missing_parameter(f"{name}[product]")
    return make_price(world, {**asked, "active": False}, product, name)


def make_price(world: World, asked: dict[str, Any], product: Object, name: str = "") -> Object:
    """A price of a product: once, or again and again."""
    if "unit_amount" not in asked:
        raise missing_parameter(f"{name}[unit_amount]" if name else "unit_amount")
    rhythm = asked.get("recurring")
    if rhythm is not None:
        rhythm = {"interval_count": 1, "meter": None, "usage_type": "licensed", **rhythm}
        _check_rhythm(rhythm, f"{name}[recurring]" if name else "recurring")
    price = PRICE(
        world.random.new_id("price_"),
        active=asked.get("active", True),
        created=world.now,
        currency=known_currency(asked["currency"], f"{name}[currency]" if name else "currency"),
        lookup_key=asked.get("lookup_key"),
        metadata=labelled({}, asked.get("metadata", {})),
        nickname=asked.get("nickname"),
        product=product["id"],
        recurring=rhythm,
        type="recurring" if rhythm else "one_time",
        unit_amount=asked["unit_amount"],
        unit_amount_decimal=str(asked["unit_amount"]),
    )
    world.store.add(price)
    emit_event(world, "price.created", price)
    return price


_LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}


def _check_rhythm(rhythm: Object, name: str) -> None:
    """At most three years from one charge to the next."""
    if rhythm["interval_count"] > _LONGEST[rhythm["interval"]]:
        raise invalid_request("The maximum interval is three years.", param=f"{name}[interval_count]")
