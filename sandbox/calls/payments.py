"""Calls under /v1/payment_intents and /v1/charges."""

from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.refusals import no_such
from sandbox.wire.shapes import RETRIEVE, Range, Text, listing
from sandbox.world import World


def _the(world: World, kind: str, id_: str) -> Object:
    found = world.store.find(id_)
    if found is None or found["object"] != kind:
        raise no_such(kind, id_)
    return found


def retrieve_intent(ask: Ask) -> Object:
    """One payment intent."""
    return _the(ask.world, "payment_intent", ask.subject)


def list_intents(ask: Ask) -> Object:
    """Payment intents, by customer and instant."""
    return Listing(ask.world, "payment_intent", ask.params, "/v1/payment_intents").by("customer").by_created().page()


def retrieve_charge(ask: Ask) -> Object:
    """One charge."""
    return _the(ask.world, "charge", ask.subject)


def list_charges(ask: Ask) -> Object:
    """Charges, by payment intent, customer, group and instant."""
    listing = Listing(ask.world, "charge", ask.params, "/v1/charges")
    return listing.by("payment_intent", "customer", "transfer_group").by_created().page()


CALLS = (
    Call("GET", "/v1/payment_intents", listing(customer=Text(), created=Range()), list_intents),
    Call("GET", "/v1/payment_intents/{id}", RETRIEVE, retrieve_intent),
    Call(
        "GET",
        "/v1/charges",
        listing(customer=Text(), payment_intent=Text(), transfer_group=Text(), created=Range()),
        list_charges,
    ),
    Call("GET", "/v1/charges/{id}", RETRIEVE, retrieve_charge),
)
