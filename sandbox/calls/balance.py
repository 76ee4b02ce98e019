"""Calls under /v1/balance and /v1/balance_transactions."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import resource_missing
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import RETRIEVE, Text, TimeRange, list_parameters
from sandbox.lifecycle.balance import balance
from sandbox.state.store import Object


def retrieve_balance(request: ApiRequest) -> Object:
    """The balance: available and pending amounts for each currency."""
    return balance(request.world)


def retrieve(request: ApiRequest) -> Object:
    """The balance transaction of the id in the path."""
    balance_transaction = request.world.store.find(request.object_id)
    if balance_transaction is None or balance_transaction["object"] != "balance_transaction":
        raise resource_missing("balance transaction", request.object_id)
    return balance_transaction


def list_balance_transactions(request: ApiRequest) -> Object:
    """Balance transactions, filtered by payout, source, type, currency and creation time."""
    query = ListQuery(request.world, "balance_transaction", request.params, "/v1/balance_transactions")
    if "payout" in request.params:
        query.where("json_extract(body, '$._payout') = ?", request.params["payout"])
    return query.filter_by("source", "type", "currency").filter_created().page()


CALLS = (
    Call("GET", "/v1/balance", RETRIEVE, retrieve_balance),
    Call(
        "GET",
        "/v1/balance_transactions",
        list_parameters(created=TimeRange(), currency=Text(3), payout=Text(), source=Text(), type=Text()),
        list_balance_transactions,
    ),
    Call("GET", "/v1/balance_transactions/{id}", RETRIEVE, retrieve),
)
