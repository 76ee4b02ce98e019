"""Calls under /v1/payouts."""

from sandbox.journal import tell
from sandbox.life.catalogue import labelled
from sandbox.life.payouts import cancel_payout, pay_out_by_hand, the_payout
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.shapes import EXPAND, RETRIEVE, Fields, Labels, Range, Text, Whole, listing, one_of

CREATE = Fields(
    {
        "amount": Whole(1),
        "currency": Text(3),
        "description": Text(),
        "expand": EXPAND,
        "metadata": Labels(),
        "method": one_of("standard"),
        "statement_descriptor": Text(22),
    },
    required=("amount", "currency"),
)
LIST = listing(arrival_date=Range(), created=Range(), status=one_of("pending", "paid", "failed", "canceled"))


def create(ask: Ask) -> Object:
    """A payout by hand."""
    return pay_out_by_hand(ask.world, ask.params)


def retrieve(ask: Ask) -> Object:
    """One payout."""
    return the_payout(ask.world, ask.subject)


def list_payouts(ask: Ask) -> Object:
    """Payouts, by status, arrival and instant."""
    found = Listing(ask.world, "payout", ask.params, "/v1/payouts").by("status").by_created()
    return found.between("json_extract(body, '$.arrival_date')", ask.params.get("arrival_date", {})).page()


def update(ask: Ask) -> Object:
    """Change a payout's metadata."""
    payout = the_payout(ask.world, ask.subject)
    before = payout["metadata"]
    ask.world.store.change(payout, metadata=labelled(before, ask.params.get("metadata", {})))
    tell(ask.world, "payout.updated", payout, {"metadata": before})
    return payout


def cancel(ask: Ask) -> Object:
    """Call back a manual payout that has not left."""
    return cancel_payout(ask.world, the_payout(ask.world, ask.subject))


CALLS = (
    Call("POST", "/v1/payouts", CREATE, create),
    Call("GET", "/v1/payouts", LIST, list_payouts),
    Call("GET", "/v1/payouts/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/payouts/{id}", Fields({"expand": EXPAND, "metadata": Labels()}), update),
    Call("POST", "/v1/payouts/{id}/cancel", RETRIEVE, cancel),
)
