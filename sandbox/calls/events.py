"""Calls under /v1/events: the journal, for thirty days."""

from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.refusals import no_such, not_possible
from sandbox.wire.shapes import RETRIEVE, ListOf, Range, Text, Truth, listing

KEPT = 30 * 86400
LIST = listing(created=Range(), delivery_success=Truth(), type=Text(), types=ListOf(Text(), most=20))
_UNDELIVERED = "EXISTS (SELECT 1 FROM delivery WHERE delivery.event = object.id AND delivery.state <> 'delivered')"


def retrieve(ask: Ask) -> Object:
    """One event that is not older than thirty days."""
    found = ask.world.store.find(ask.subject)
    if found is None or found["object"] != "event" or found["created"] < ask.world.now - KEPT:
        raise no_such("event", ask.subject)
    return found


def list_events(ask: Ask) -> Object:
    """Events by type, by up to twenty types, by instant, and by whether they were delivered."""
    if "type" in ask.params and "types" in ask.params:
        raise not_possible("You may only specify one of these parameters: type, types.", param="types")
    listing = (
        Listing(ask.world, "event", ask.params, "/v1/events").only("created >= ?", ask.world.now - KEPT).by_created()
    )
    if "types" in ask.params:
        listing.only(
            f"json_extract(body, '$.type') IN ({', '.join('?' * len(ask.params['types']))})",
            *ask.params["types"],
        )
    if "*" in ask.params.get("type", ""):
        listing.only("json_extract(body, '$.type') GLOB ?", ask.params["type"])
    else:
        listing.by("type")
    if "delivery_success" in ask.params:
        listing.only(f"NOT {_UNDELIVERED}" if ask.params["delivery_success"] else _UNDELIVERED)
    return listing.page()


CALLS = (
    Call("GET", "/v1/events", LIST, list_events),
    Call("GET", "/v1/events/{id}", RETRIEVE, retrieve),
)
