"""Calls under /v1/payouts."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import EXPAND, RETRIEVE, Integer, Metadata, Params, Text, TimeRange, list_parameters, one_of
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.payouts import cancel_payout, create_manual_payout, get_payout
from sandbox.state.store import Object

CREATE = Params(
    {
        "amount": Integer(1),
        "currency": Text(3),
        "description": Text(),
        "expand": EXPAND,
        "metadata": Metadata(),
        "method": one_of("standard"),
        "statement_descriptor": Text(22),
    },
    required=("amount", "currency"),
)
LIST = list_parameters(
    arrival_date=TimeRange(), created=TimeRange(), status=one_of("pending", "paid", "failed", "canceled")
)


def create(request: ApiRequest) -> Object:
    """Create a payout, with the manual schedule only."""
    return create_manual_payout(request.world, request.params)


def retrieve(request: ApiRequest) -> Object:
    """The payout of the id in the path."""
    return get_payout(request.world, request.object_id)


def list_payouts(request: ApiRequest) -> Object:
    """Payouts, filtered by status, arrival and creation time."""
    query = ListQuery(request.world, "payout", request.params, "/v1/payouts").filter_by("status").filter_created()
    return query.where_between("json_extract(body, '$.arrival_date')", request.params.get("arrival_date", {})).page()


def update(request: ApiRequest) -> Object:
    """Change a payout's metadata."""
    payout = get_payout(request.world, request.object_id)
    before = payout["metadata"]
    request.world.store.change(payout, metadata=merge_metadata(before, request.params.get("metadata", {})))
    emit_event(request.world, "payout.updated", payout, {"metadata": before})
    return payout


def cancel(request: ApiRequest) -> Object:
    """Cancel a pending manual payout."""
    return cancel_payout(request.world, get_payout(request.world, request.object_id))


CALLS = (
    Call("POST", "/v1/payouts", CREATE, create),
    Call("GET", "/v1/payouts", LIST, list_payouts),
    Call("GET", "/v1/payouts/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/payouts/{id}", Params({"expand": EXPAND, "metadata": Metadata()}), update),
    Call("POST", "/v1/payouts/{id}/cancel", RETRIEVE, cancel),
)
