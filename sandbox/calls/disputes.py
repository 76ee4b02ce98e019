"""Calls under /v1/disputes."""

from sandbox.journal import tell
from sandbox.life.blanks_of_money import EVIDENCE
from sandbox.life.catalogue import labelled
from sandbox.life.disputes import answer, close_inquiry, decide, the_dispute
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.shapes import EXPAND, RETRIEVE, Fields, Labels, Range, Text, Truth, listing

UPDATE = Fields(
    {
        "evidence": Fields({name: Text(20_000, unset=True) for name in EVIDENCE}),
        "expand": EXPAND,
        "metadata": Labels(),
        "submit": Truth(),
    }
)
LIST = listing(charge=Text(), created=Range(), payment_intent=Text())


def retrieve(ask: Ask) -> Object:
    """One dispute."""
    return the_dispute(ask.world, ask.subject)


def list_disputes(ask: Ask) -> Object:
    """Disputes, by charge, payment intent and instant."""
    return Listing(ask.world, "dispute", ask.params, "/v1/disputes").by("charge", "payment_intent").by_created().page()


def update(ask: Ask) -> Object:
    """Keep evidence, and send it to the bank unless `submit` is false."""
    dispute = the_dispute(ask.world, ask.subject)
    if "metadata" in ask.params:
        before = dispute["metadata"]
        ask.world.store.change(dispute, metadata=labelled(before, ask.params["metadata"]))
        tell(ask.world, "charge.dispute.updated", dispute, {"metadata": before})
    if "evidence" in ask.params:
        answer(ask.world, dispute, {"submit": True, **ask.params})
    return dispute


def close(ask: Ask) -> Object:
    """Give in."""
    dispute = the_dispute(ask.world, ask.subject)
    if dispute["status"].startswith("warning"):
        return close_inquiry(ask.world, dispute)
    return decide(ask.world, dispute, won=False)


CALLS = (
    Call("GET", "/v1/disputes", LIST, list_disputes),
    Call("GET", "/v1/disputes/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/disputes/{id}", UPDATE, update),
    Call("POST", "/v1/disputes/{id}/close", RETRIEVE, close),
)
