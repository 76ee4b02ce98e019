"""Calls under /v1/payment_links."""

from sandbox.api.call import ApiRequest, Call
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
    Url,
    list_parameters,
    one_of,
)
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.payment_links import create_link, get_link
from sandbox.state.store import Object

_EDITABLE: dict[str, Parameter] = {"active": Boolean(), "expand": EXPAND, "metadata": Metadata()}
_AFTER = Params({"type": one_of("redirect"), "redirect": Params({"url": Url()}, required=("url",))}, required=("type",))
CREATE = Params(
    {
        "after_completion": _AFTER,
        "customer_creation": one_of("always", "if_required"),
        "expand": EXPAND,
        "line_items": ListOf(Params({"price": Text(), "quantity": Integer(1, 999_999)}, required=("quantity",))),
        "metadata": Metadata(),
        "payment_intent_data": Params({"description": Text(1000), "metadata": Metadata()}),
        "submit_type": one_of("auto", "book", "donate", "pay"),
    },
    required=("line_items",),
)


def create(request: ApiRequest) -> Object:
    """Create a link with its page."""
    return create_link(request.world, request.params)


def retrieve(request: ApiRequest) -> Object:
    """The link of the id in the path."""
    return get_link(request.world, request.object_id)


def update(request: ApiRequest) -> Object:
    """Switch a link off or on, or change its metadata."""
    link = get_link(request.world, request.object_id)
    changes = {name: value for name, value in request.params.items() if name != "expand"}
    if "metadata" in changes:
        changes["metadata"] = merge_metadata(link["metadata"], changes["metadata"])
    request.world.store.change(link, **changes)
    return link


def list_links(request: ApiRequest) -> Object:
    """Links, those that are active or not."""
    return ListQuery(request.world, "payment_link", request.params, "/v1/payment_links").filter_by("active").page()


CALLS = (
    Call("POST", "/v1/payment_links", CREATE, create),
    Call("GET", "/v1/payment_links", list_parameters(active=Boolean()), list_links),
    Call("GET", "/v1/payment_links/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/payment_links/{id}", Params(_EDITABLE), update),
)
