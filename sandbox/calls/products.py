"""Calls under /v1/products."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import EXPAND, RETRIEVE, Boolean, ListOf, Metadata, Parameter, Params, Text, list_parameters
from sandbox.events import emit_event
from sandbox.life.catalogue import labelled, make_product, the_product
from sandbox.state.store import Object

_DESCRIBED: dict[str, Parameter] = {
    "active": Boolean(),
    "description": Text(may_be_empty=True),
    "expand": EXPAND,
    "images": ListOf(Text(), max_items=8),
    "metadata": Metadata(),
    "name": Text(),
    "shippable": Boolean(),
    "statement_descriptor": Text(22),
    "tax_code": Text(may_be_empty=True),
    "unit_label": Text(12, may_be_empty=True),
    "url": Text(may_be_empty=True),
}
CREATE = Params({**_DESCRIBED, "id": Text()}, required=("name",))
UPDATE = Params(_DESCRIBED)
LIST = list_parameters(active=Boolean(), ids=ListOf(Text()), shippable=Boolean(), url=Text())


def create(request: ApiRequest) -> Object:
    """A new product, under a chosen id or a new one."""
    return make_product(request.world, request.params)


def retrieve(request: ApiRequest) -> Object:
    """One product."""
    return the_product(request.world, request.object_id)


def update(request: ApiRequest) -> Object:
    """Change what a product says of itself."""
    product = the_product(request.world, request.object_id)
    changes = {name: value for name, value in request.params.items() if name != "expand"}
    if "metadata" in changes:
        changes["metadata"] = labelled(product["metadata"], changes["metadata"])
    before = {name: product[name] for name in (*changes, "updated")}
    request.world.store.change(product, **{name: None if value == "" else value for name, value in changes.items()})
    request.world.store.change(product, updated=request.world.now)
    emit_event(request.world, "product.updated", product, before)
    return product


def list_products(request: ApiRequest) -> Object:
    """Products, by ids and by what they are."""
    query = ListQuery(request.world, "product", request.params, "/v1/products").filter_by("active", "shippable", "url")
    if "ids" in request.params:
        query.where(f"id IN ({', '.join('?' * len(request.params['ids']))})", *request.params["ids"])
    return query.page()


CALLS = (
    Call("POST", "/v1/products", CREATE, create),
    Call("GET", "/v1/products", LIST, list_products),
    Call("GET", "/v1/products/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/products/{id}", UPDATE, update),
)
