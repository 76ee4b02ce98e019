"""Calls under /v1/products."""

from sandbox.journal import tell
from sandbox.life.catalogue import labelled, make_product, the_product
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.shapes import EXPAND, RETRIEVE, Fields, Labels, ListOf, Shape, Text, Truth, listing

_DESCRIBED: dict[str, Shape] = {
    "active": Truth(),
    "description": Text(unset=True),
    "expand": EXPAND,
    "images": ListOf(Text(), most=8),
    "metadata": Labels(),
    "name": Text(),
    "shippable": Truth(),
    "statement_descriptor": Text(22),
    "tax_code": Text(unset=True),
    "unit_label": Text(12, unset=True),
    "url": Text(unset=True),
}
CREATE = Fields({**_DESCRIBED, "id": Text()}, required=("name",))
UPDATE = Fields(_DESCRIBED)
LIST = listing(active=Truth(), ids=ListOf(Text()), shippable=Truth(), url=Text())


def create(ask: Ask) -> Object:
    """A new product, under a chosen id or a new one."""
    return make_product(ask.world, ask.params)


def retrieve(ask: Ask) -> Object:
    """One product."""
    return the_product(ask.world, ask.subject)


def update(ask: Ask) -> Object:
    """Change what a product says of itself."""
    product = the_product(ask.world, ask.subject)
    changes = {name: value for name, value in ask.params.items() if name != "expand"}
    if "metadata" in changes:
        changes["metadata"] = labelled(product["metadata"], changes["metadata"])
    before = {name: product[name] for name in (*changes, "updated")}
    ask.world.store.change(product, **{name: None if value == "" else value for name, value in changes.items()})
    ask.world.store.change(product, updated=ask.world.now)
    tell(ask.world, "product.updated", product, before)
    return product


def list_products(ask: Ask) -> Object:
    """Products, by ids and by what they are."""
    listing = Listing(ask.world, "product", ask.params, "/v1/products").by("active", "shippable", "url")
    if "ids" in ask.params:
        listing.only(f"id IN ({', '.join('?' * len(ask.params['ids']))})", *ask.params["ids"])
    return listing.page()


CALLS = (
    Call("POST", "/v1/products", CREATE, create),
    Call("GET", "/v1/products", LIST, list_products),
    Call("GET", "/v1/products/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/products/{id}", UPDATE, update),
)
