"""Calls under /v1/balance and /v1/balance_transactions."""

from sandbox.life.settlement import balance
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.refusals import no_such
from sandbox.wire.shapes import RETRIEVE, Range, Text, listing


def retrieve_balance(ask: Ask) -> Object:
    """Available and pending money, per currency."""
    return balance(ask.world)


def retrieve(ask: Ask) -> Object:
    """One balance transaction."""
    found = ask.world.store.find(ask.subject)
    if found is None or found["object"] != "balance_transaction":
        raise no_such("balance transaction", ask.subject)
    return found


def list_entries(ask: Ask) -> Object:
    """Balance transactions, by payout, source, type, currency and instant."""
    listing = Listing(ask.world, "balance_transaction", ask.params, "/v1/balance_transactions")
    if "payout" in ask.params:
        listing.only("json_extract(body, '$._payout') = ?", ask.params["payout"])
    return listing.by("source", "type", "currency").by_created().page()


CALLS = (
    Call("GET", "/v1/balance", RETRIEVE, retrieve_balance),
    Call(
        "GET",
        "/v1/balance_transactions",
        listing(created=Range(), currency=Text(3), payout=Text(), source=Text(), type=Text()),
        list_entries,
    ),
    Call("GET", "/v1/balance_transactions/{id}", RETRIEVE, retrieve),
)
