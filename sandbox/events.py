"""Events: each change of an object makes one, with a snapshot of the object at that moment."""

from typing import Any

from stripe._api_version import _ApiVersion

from sandbox.chaos import fault_occurs
from sandbox.state.store import Object
from sandbox.webhooks.queue import queue_event
from sandbox.world import World, public

API_VERSION: str = _ApiVersion.CURRENT


def emit_event(world: World, event_type: str, obj: Object, previous: dict[str, Any] | None = None) -> Object:
    """Store an event and queue it for the endpoints.

    `previous` holds the former values of changed fields; events of type *.updated have them.
    """
    data: dict[str, Any] = {"object": public(obj)}
    if previous is not None:
        data["previous_attributes"] = previous
    event: Object = {
        "id": world.random.new_id("evt_"),
        "object": "event",
        "api_version": API_VERSION,
        "created": world.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": world.request.id, "idempotency_key": world.request.idempotency_key},
        "type": event_type,
    }
    _store(world, event)
    if fault_occurs(world, "twinned", event["id"]):
        _store(world, {**event, "id": world.random.new_id("evt_")})
    return event


def _store(world: World, event: Object) -> None:
    world.store.add_immutable(event)
    queue_event(world, event)
