"""Calls under /v1/prices."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import missing_parameter
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import (
    EXPAND,
    RETRIEVE,
    Boolean,
    Integer,
    ListOf,
    Metadata,
    Parameter,
    Params,
    Text,
    TimeRange,
    list_parameters,
    one_of,
)
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import create_price, create_product, get_price, get_product, merge_metadata
from sandbox.state.store import Object

INTERVAL = one_of("day", "week", "month", "year")
RECURRING = Params({"interval": INTERVAL, "interval_count": Integer(1, 1095)}, required=("interval",))
_EDITABLE: dict[str, Parameter] = {
    "active": Boolean(),
    "expand": EXPAND,
    "lookup_key": Text(200),
    "metadata": Metadata(),
    "nickname": Text(),
}
CREATE = Params(
    {
        **_EDITABLE,
        "currency": Text(3),
        "custom_unit_amount": Params(
            {"enabled": Boolean(), "maximum": Integer(), "minimum": Integer(), "preset": Integer()},
            required=("enabled",),
        ),
        "product": Text(),
        "product_data": Params({"id": Text(), "name": Text(), "metadata": Metadata()}, required=("name",)),
        "recurring": RECURRING,
        "unit_amount": Integer(),
    },
    required=("currency",),
)
LIST = list_parameters(
    active=Boolean(),
    created=TimeRange(),
    currency=Text(3),
    lookup_keys=ListOf(Text(), max_items=10),
    product=Text(),
    type=one_of("one_time", "recurring"),
)


def create(request: ApiRequest) -> Object:
    """Create a price of an existing product, or of a new one."""
    if "product" in request.params:
        product = get_product(request.world, request.params["product"], param="product", status=400)
    elif "product_data" in request.params:
        product = create_product(request.world, request.params["product_data"])
    else:
        raise missing_parameter("product")
    return create_price(request.world, request.params, product)


def retrieve(request: ApiRequest) -> Object:
    """The price of the id in the path."""
    return get_price(request.world, request.object_id)


def update(request: ApiRequest) -> Object:
    """Update a price's fields. Its amount cannot be changed."""
    price = get_price(request.world, request.object_id)
    changes = {name: value for name, value in request.params.items() if name != "expand"}
    if "metadata" in changes:
        changes["metadata"] = merge_metadata(price["metadata"], changes["metadata"])
    before = {name: price[name] for name in changes}
    request.world.store.change(price, **changes)
    emit_event(request.world, "price.updated", price, before)
    return price


def list_prices(request: ApiRequest) -> Object:
    """Prices, filtered by product, currency, lookup key, type and creation time."""
    query = ListQuery(request.world, "price", request.params, "/v1/prices").filter_by(
        "active", "currency", "product", "type"
    )
    if "lookup_keys" in request.params:
        query.where_in("lookup_key", request.params["lookup_keys"])
    return query.filter_created().page()


CALLS = (
    Call("POST", "/v1/prices", CREATE, create),
    Call("GET", "/v1/prices", LIST, list_prices),
    Call("GET", "/v1/prices/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/prices/{id}", Params(_EDITABLE), update),
)
