"""Calls under /v1/products."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import (
    EXPAND,
    RETRIEVE,
    Boolean,
    ListOf,
    Metadata,
    Parameter,
    Params,
    Text,
    Url,
    list_parameters,
)
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import create_product, get_product, merge_metadata
from sandbox.state.store import Object

_EDITABLE: dict[str, Parameter] = {
    "active": Boolean(),
    "description": Text(may_be_empty=True),
    "expand": EXPAND,
    "images": ListOf(Url(), max_items=8),
    "metadata": Metadata(),
    "name": Text(),
    "shippable": Boolean(),
    "statement_descriptor": Text(22),
    "tax_code": Text(may_be_empty=True),
    "unit_label": Text(12, may_be_empty=True),
    "url": Url(may_be_empty=True),
}
CREATE = Params({**_EDITABLE, "id": Text()}, required=("name",))
UPDATE = Params(_EDITABLE)
LIST = list_parameters(active=Boolean(), ids=ListOf(Text()), shippable=Boolean(), url=Text())


def create(request: ApiRequest) -> Object:
    """Create a product, under the caller's id or a generated one."""
    return create_product(request.world, request.params)


def retrieve(request: ApiRequest) -> Object:
    """The product of the id in the path."""
    return get_product(request.world, request.object_id)


def update(request: ApiRequest) -> Object:
    """Update a product's fields."""
    product = get_product(request.world, request.object_id)
    changes = {name: value for name, value in request.params.items() if name != "expand"}
    if "metadata" in changes:
        changes["metadata"] = merge_metadata(product["metadata"], changes["metadata"])
    before = {name: product[name] for name in (*changes, "updated")}
    request.world.store.change(product, **{name: None if value == "" else value for name, value in changes.items()})
    request.world.store.change(product, updated=request.world.now)
    emit_event(request.world, "product.updated", product, before)
    return product


def list_products(request: ApiRequest) -> Object:
    """Products, filtered by ids, url, and whether they are active and shippable."""
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
