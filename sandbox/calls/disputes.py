"""Calls under /v1/disputes."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import EXPAND, RETRIEVE, Boolean, Metadata, Params, Text, TimeRange, list_parameters
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.disputes import DISPUTE_STATES, close_inquiry, decide, get_dispute, update_evidence
from sandbox.lifecycle.object_templates import EVIDENCE
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
    """The dispute of the id in the path."""
    return get_dispute(request.world, request.object_id)


def list_disputes(request: ApiRequest) -> Object:
    """Disputes, filtered by charge, payment intent and creation time."""
    return (
        ListQuery(request.world, "dispute", request.params, "/v1/disputes")
        .filter_by("charge", "payment_intent")
        .filter_created()
        .page()
    )


def update(request: ApiRequest) -> Object:
    """Update metadata and evidence. Evidence, new or staged, is submitted to the bank unless `submit` is false."""
    dispute = get_dispute(request.world, request.object_id)
    if "metadata" in request.params:
        before = dispute["metadata"]
        request.world.store.change(dispute, metadata=merge_metadata(before, request.params["metadata"]))
        emit_event(request.world, "charge.dispute.updated", dispute, {"metadata": before})
    if "evidence" in request.params or "submit" in request.params:
        update_evidence(request.world, dispute, {"submit": True, **request.params})
    return dispute


def close(request: ApiRequest) -> Object:
    """Close a dispute, which loses it; an inquiry is closed without a loss. ApiError where it is decided already."""
    dispute = get_dispute(request.world, request.object_id)
    is_inquiry = dispute["status"].startswith("warning")
    if ("warning_closed" if is_inquiry else "lost") not in DISPUTE_STATES[dispute["status"]]:
        raise invalid_request(f"This dispute is {dispute['status']} and cannot be closed.")
    if is_inquiry:
        return close_inquiry(request.world, dispute)
    return decide(request.world, dispute, won=False)


CALLS = (
    Call("GET", "/v1/disputes", LIST, list_disputes),
    Call("GET", "/v1/disputes/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/disputes/{id}", UPDATE, update),
    Call("POST", "/v1/disputes/{id}/close", RETRIEVE, close),
)
