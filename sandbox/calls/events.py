"""Calls under /v1/events: the journal, for thirty days."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import RETRIEVE, Boolean, ListOf, Text, TimeRange, list_parameters
from sandbox.state.store import Object

KEPT = 30 * 86400
LIST = list_parameters(created=TimeRange(), delivery_success=Boolean(), type=Text(), types=ListOf(Text(), max_items=20))
_UNDELIVERED = "EXISTS (SELECT 1 FROM delivery WHERE delivery.event = object.id AND delivery.state <> 'delivered')"


def retrieve(request: ApiRequest) -> Object:
    """One event that is not older than thirty days."""
    found = request.world.store.find(request.object_id)
    if found is None or found["object"] != "event" or found["created"] < request.world.now - KEPT:
        raise resource_missing("event", request.object_id)
    return found


def list_events(request: ApiRequest) -> Object:
    """Events by type, by up to twenty types, by instant, and by whether they were delivered."""
    if "type" in request.params and "types" in request.params:
        raise invalid_request("You may only specify one of these parameters: type, types.", param="types")
    query = (
        ListQuery(request.world, "event", request.params, "/v1/events")
        .where("created >= ?", request.world.now - KEPT)
        .filter_created()
    )
    if "types" in request.params:
        query.where(
            f"json_extract(body, '$.type') IN ({', '.join('?' * len(request.params['types']))})",
            *request.params["types"],
        )
    if "*" in request.params.get("type", ""):
        query.where("json_extract(body, '$.type') GLOB ?", request.params["type"])
    else:
        query.filter_by("type")
    if "delivery_success" in request.params:
        query.where(f"NOT {_UNDELIVERED}" if request.params["delivery_success"] else _UNDELIVERED)
    return query.page()


CALLS = (
    Call("GET", "/v1/events", LIST, list_events),
    Call("GET", "/v1/events/{id}", RETRIEVE, retrieve),
)
