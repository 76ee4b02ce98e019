"""Calls under /v1/events: the events of the last thirty days."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import RETRIEVE, Boolean, ListOf, Text, TimeRange, list_parameters
from sandbox.state.store import Object

KEPT_FOR = 30 * 86400
"""Seconds for which an event can be retrieved and listed."""
LIST = list_parameters(created=TimeRange(), delivery_success=Boolean(), type=Text(), types=ListOf(Text(), max_items=20))
_UNDELIVERED = "EXISTS (SELECT 1 FROM delivery WHERE delivery.event = object.id AND delivery.state <> 'delivered')"


def retrieve(request: ApiRequest) -> Object:
    """The event of the id in the path; ApiError where it is older than thirty days."""
    event = request.world.store.find(request.object_id)
    if event is None or event["object"] != "event" or event["created"] < request.world.now - KEPT_FOR:
        raise resource_missing("event", request.object_id)
    return event


def list_events(request: ApiRequest) -> Object:
    """Events, filtered by one type or up to twenty, by creation time, and by whether they were delivered."""
    if "type" in request.params and "types" in request.params:
        raise invalid_request("You may only specify one of these parameters: type, types.", param="types")
    query = (
        ListQuery(request.world, "event", request.params, "/v1/events")
        .where("created >= ?", request.world.now - KEPT_FOR)
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
