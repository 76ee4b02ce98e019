"""Calls under /v1/disputes."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import EXPAND, RETRIEVE, Boolean, Metadata, Params, Text, TimeRange, list_parameters
from sandbox.events import emit_event
from sandbox.life.blanks_of_money import EVIDENCE
from sandbox.life.catalogue import labelled
from sandbox.life.disputes import answer, close_inquiry, decide, the_dispute
from sandbox.state.store import Object

UPDATE = Params(
    {
        "evidence": Params({name: Text(20_000, may_be_empty=True) for name in EVIDENCE}),
        "expand": EXPAND,
        "metadata": Metadata(),
        "submit": Boolean(),
    }
)
LIST = list_parameters(charge=Text(), created=TimeRange(), payment_intent=Text())


def retrieve(request: ApiRequest) -> Object:
    """One dispute."""
    return the_dispute(request.world, request.object_id)


def list_disputes(request: ApiRequest) -> Object:
    """Disputes, by charge, payment intent and instant."""
    return (
        ListQuery(request.world, "dispute", request.params, "/v1/disputes")
        .filter_by("charge", "payment_intent")
        .filter_created()
        .page()
    )


def update(request: ApiRequest) -> Object:
    """Keep evidence, and send it to the bank unless `submit` is false."""
    dispute = the_dispute(request.world, request.object_id)
    if "metadata" in request.params:
        before = dispute["metadata"]
        request.world.store.change(dispute, metadata=labelled(before, request.params["metadata"]))
        emit_event(request.world, "charge.dispute.updated", dispute, {"metadata": before})
    if "evidence" in request.params:
        answer(request.world, dispute, {"submit": True, **request.params})
    return dispute


def close(request: ApiRequest) -> Object:
    """Give in."""
    dispute = the_dispute(request.world, request.object_id)
    if dispute["status"].startswith("warning"):
        return close_inquiry(request.world, dispute)
    return decide(request.world, dispute, won=False)


CALLS = (
    Call("GET", "/v1/disputes", LIST, list_disputes),
    Call("GET", "/v1/disputes/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/disputes/{id}", UPDATE, update),
    Call("POST", "/v1/disputes/{id}/close", RETRIEVE, close),
)
