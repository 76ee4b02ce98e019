"""Calls under /v1/prices."""

from sandbox.journal import tell
from sandbox.life.catalogue import labelled, make_price, make_product, the_price, the_product
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.refusals import missing_parameter
from sandbox.wire.shapes import (
    EXPAND,
    RETRIEVE,
    Fields,
    Labels,
    ListOf,
    Range,
    Shape,
    Text,
    Truth,
    Whole,
    listing,
    one_of,
)

INTERVAL = one_of("day", "week", "month", "year")
RECURRING = Fields({"interval": INTERVAL, "interval_count": Whole(1, 1095)}, required=("interval",))
_DESCRIBED: dict[str, Shape] = {
    "active": Truth(),
    "expand": EXPAND,
    "lookup_key": Text(200),
    "metadata": Labels(),
    "nickname": Text(),
}
CREATE = Fields(
    {
        **_DESCRIBED,
        "currency": Text(3),
        "product": Text(),
        "product_data": Fields({"id": Text(), "name": Text(), "metadata": Labels()}, required=("name",)),
        "recurring": RECURRING,
        "unit_amount": Whole(),
    },
    required=("currency",),
)
LIST = listing(
    active=Truth(),
    created=Range(),
    currency=Text(3),
    lookup_keys=ListOf(Text(), most=10),
    product=Text(),
    type=one_of("one_time", "recurring"),
)


def create(ask: Ask) -> Object:
    """A new price of an old or a new product."""
    if "product" in ask.params:
        product = the_product(ask.world, ask.params["product"], param="product", status=400)
    elif "product_data" in ask.params:
        product = make_product(ask.world, ask.params["product_data"])
    else:
        raise missing_parameter("product")
    return make_price(ask.world, ask.params, product)


def retrieve(ask: Ask) -> Object:
    """One price."""
    return the_price(ask.world, ask.subject)


def update(ask: Ask) -> Object:
    """Change what a price says of itself; its amount never changes."""
    price = the_price(ask.world, ask.subject)
    changes = {name: value for name, value in ask.params.items() if name != "expand"}
    if "metadata" in changes:
        changes["metadata"] = labelled(price["metadata"], changes["metadata"])
    before = {name: price[name] for name in changes}
    ask.world.store.change(price, **changes)
    tell(ask.world, "price.updated", price, before)
    return price


def list_prices(ask: Ask) -> Object:
    """Prices, by product, currency, key and rhythm."""
    found = Listing(ask.world, "price", ask.params, "/v1/prices").by("active", "currency", "product", "type")
    if "lookup_keys" in ask.params:
        found.among("lookup_key", ask.params["lookup_keys"])
    return found.by_created().page()


CALLS = (
    Call("POST", "/v1/prices", CREATE, create),
    Call("GET", "/v1/prices", LIST, list_prices),
    Call("GET", "/v1/prices/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/prices/{id}", Fields(_DESCRIBED), update),
)
