"""Calls under /v1/refunds."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import resource_missing
from sandbox.api.lists import ListQuery, list_object
from sandbox.api.parameters import EXPAND, RETRIEVE, Integer, Metadata, Params, Text, TimeRange, list_parameters, one_of
from sandbox.events import emit_event
from sandbox.life.catalogue import labelled
from sandbox.life.refunds import agree_refund, cancel_refund
from sandbox.state.store import Object
from sandbox.world import World

CREATE = Params(
    {
        "amount": Integer(1),
        "charge": Text(),
        "expand": EXPAND,
        "metadata": Metadata(),
        "payment_intent": Text(),
        "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    }
)
LIST = list_parameters(charge=Text(), created=TimeRange(), payment_intent=Text())


def _the_refund(request: ApiRequest) -> Object:
    found = request.world.store.find(request.object_id)
    if found is None or found["object"] != "refund":
        raise resource_missing("refund", request.object_id)
    return found


def create(request: ApiRequest) -> Object:
    """Send a charge back, wholly or in part."""
    return agree_refund(request.world, request.params)


def update(request: ApiRequest) -> Object:
    """Change a refund's metadata."""
    refund = _the_refund(request)
    before = refund["metadata"]
    request.world.store.change(refund, metadata=labelled(before, request.params.get("metadata", {})))
    emit_event(request.world, "refund.updated", refund, {"metadata": before})
    return refund


def cancel(request: ApiRequest) -> Object:
    """Call off a refund that has not left yet."""
    return cancel_refund(request.world, _the_refund(request))


def list_refunds(request: ApiRequest) -> Object:
    """Refunds, by charge, payment intent and instant."""
    return (
        ListQuery(request.world, "refund", request.params, "/v1/refunds")
        .filter_by("charge", "payment_intent")
        .filter_created()
        .page()
    )


def refunds_of_charge(world: World, charge: Object) -> Object:
    """The newest ten refunds of a charge, for expand[]=refunds."""
    found = world.store.select("refund", "json_extract(body, '$.charge') = ?", (charge["id"],), limit=11)
    return list_object(
        [world.show(refund) for refund in found[:10]], f"/v1/charges/{charge['id']}/refunds", has_more=len(found) > 10
    )


CALLS = (
    Call("POST", "/v1/refunds", CREATE, create),
    Call("GET", "/v1/refunds", LIST, list_refunds),
    Call("GET", "/v1/refunds/{id}", RETRIEVE, _the_refund),
    Call("POST", "/v1/refunds/{id}", Params({"expand": EXPAND, "metadata": Metadata()}), update),
    Call("POST", "/v1/refunds/{id}/cancel", RETRIEVE, cancel),
)
INCLUDABLES = {("charge", "refunds"): refunds_of_charge}
