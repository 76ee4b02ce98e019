"""Calls under /v1/refunds."""

from sandbox.journal import tell
from sandbox.life.catalogue import labelled
from sandbox.life.refunds import agree_refund, cancel_refund
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing, envelope
from sandbox.wire.refusals import no_such
from sandbox.wire.shapes import EXPAND, RETRIEVE, Fields, Labels, Range, Text, Whole, listing, one_of
from sandbox.world import World

CREATE = Fields(
    {
        "amount": Whole(1),
        "charge": Text(),
        "expand": EXPAND,
        "metadata": Labels(),
        "payment_intent": Text(),
        "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    }
)
LIST = listing(charge=Text(), created=Range(), payment_intent=Text())


def _the_refund(ask: Ask) -> Object:
    found = ask.world.store.find(ask.subject)
    if found is None or found["object"] != "refund":
        raise no_such("refund", ask.subject)
    return found


def create(ask: Ask) -> Object:
    """Send a charge back, wholly or in part."""
    return agree_refund(ask.world, ask.params)


def update(ask: Ask) -> Object:
    """Change a refund's metadata."""
    refund = _the_refund(ask)
    before = refund["metadata"]
    ask.world.store.change(refund, metadata=labelled(before, ask.params.get("metadata", {})))
    tell(ask.world, "refund.updated", refund, {"metadata": before})
    return refund


def cancel(ask: Ask) -> Object:
    """Call off a refund that has not left yet."""
    return cancel_refund(ask.world, _the_refund(ask))


def list_refunds(ask: Ask) -> Object:
    """Refunds, by charge, payment intent and instant."""
    return Listing(ask.world, "refund", ask.params, "/v1/refunds").by("charge", "payment_intent").by_created().page()


def refunds_of_charge(world: World, charge: Object) -> Object:
    """The newest ten refunds of a charge, for expand[]=refunds."""
    found = world.store.select("refund", "json_extract(body, '$.charge') = ?", (charge["id"],), limit=11)
    return envelope(
        [world.show(refund) for refund in found[:10]], f"/v1/charges/{charge['id']}/refunds", has_more=len(found) > 10
    )


CALLS = (
    Call("POST", "/v1/refunds", CREATE, create),
    Call("GET", "/v1/refunds", LIST, list_refunds),
    Call("GET", "/v1/refunds/{id}", RETRIEVE, _the_refund),
    Call("POST", "/v1/refunds/{id}", Fields({"expand": EXPAND, "metadata": Labels()}), update),
    Call("POST", "/v1/refunds/{id}/cancel", RETRIEVE, cancel),
)
PARTS = {("charge", "refunds"): refunds_of_charge}
