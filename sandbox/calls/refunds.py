"""Calls under /v1/refunds."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import resource_missing
from sandbox.api.lists import ListQuery, list_object
from sandbox.api.parameters import EXPAND, RETRIEVE, Integer, Metadata, Params, Text, TimeRange, list_parameters, one_of
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.refunds import cancel_refund, create_refund
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


def _get_refund(request: ApiRequest) -> Object:
    refund = request.world.store.find(request.object_id)
    if refund is None or refund["object"] != "refund":
        raise resource_missing("refund", request.object_id)
    return refund


def create(request: ApiRequest) -> Object:
    """Refund a charge, wholly or in part."""
    return create_refund(request.world, request.params)


def update(request: ApiRequest) -> Object:
    """Change a refund's metadata."""
    refund = _get_refund(request)
    before = refund["metadata"]
    request.world.store.change(refund, metadata=merge_metadata(before, request.params.get("metadata", {})))
    emit_event(request.world, "refund.updated", refund, {"metadata": before})
    return refund


def cancel(request: ApiRequest) -> Object:
    """Cancel a refund that was not taken out of the balance yet."""
    return cancel_refund(request.world, _get_refund(request))


def list_refunds(request: ApiRequest) -> Object:
    """Refunds, filtered by charge, payment intent and creation time."""
    return (
        ListQuery(request.world, "refund", request.params, "/v1/refunds")
        .filter_by("charge", "payment_intent")
        .filter_created()
        .page()
    )


def refunds_of_charge(world: World, charge: Object) -> Object:
    """The newest ten refunds of a charge, for expand[]=refunds."""
    refunds = world.store.select("refund", "json_extract(body, '$.charge') = ?", (charge["id"],), limit=11)
    shown = [world.show(refund) for refund in refunds[:10]]
    return list_object(shown, f"/v1/charges/{charge['id']}/refunds", has_more=len(refunds) > 10)


CALLS = (
    Call("POST", "/v1/refunds", CREATE, create),
    Call("GET", "/v1/refunds", LIST, list_refunds),
    Call("GET", "/v1/refunds/{id}", RETRIEVE, _get_refund),
    Call("POST", "/v1/refunds/{id}", Params({"expand": EXPAND, "metadata": Metadata()}), update),
    Call("POST", "/v1/refunds/{id}/cancel", RETRIEVE, cancel),
)
INCLUDABLES = {("charge", "refunds"): refunds_of_charge}
