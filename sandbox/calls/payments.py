"""Calls under /v1/payment_intents and /v1/charges."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import resource_missing
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import RETRIEVE, Text, TimeRange, list_parameters
from sandbox.state.store import Object
from sandbox.world import World


def _get(world: World, kind: str, id_: str) -> Object:
    obj = world.store.find(id_)
    if obj is None or obj["object"] != kind:
        raise resource_missing(kind, id_)
    return obj


def retrieve_intent(request: ApiRequest) -> Object:
    """The payment intent of the id in the path."""
    return _get(request.world, "payment_intent", request.object_id)


def list_intents(request: ApiRequest) -> Object:
    """Payment intents, filtered by customer and creation time."""
    return (
        ListQuery(request.world, "payment_intent", request.params, "/v1/payment_intents")
        .filter_by("customer")
        .filter_created()
        .page()
    )


def retrieve_charge(request: ApiRequest) -> Object:
    """The charge of the id in the path."""
    return _get(request.world, "charge", request.object_id)


def list_charges(request: ApiRequest) -> Object:
    """Charges, filtered by payment intent, customer, group and creation time."""
    query = ListQuery(request.world, "charge", request.params, "/v1/charges")
    return query.filter_by("payment_intent", "customer", "transfer_group").filter_created().page()


CALLS = (
    Call("GET", "/v1/payment_intents", list_parameters(customer=Text(), created=TimeRange()), list_intents),
    Call("GET", "/v1/payment_intents/{id}", RETRIEVE, retrieve_intent),
    Call(
        "GET",
        "/v1/charges",
        list_parameters(customer=Text(), payment_intent=Text(), transfer_group=Text(), created=TimeRange()),
        list_charges,
    ),
    Call("GET", "/v1/charges/{id}", RETRIEVE, retrieve_charge),
)
