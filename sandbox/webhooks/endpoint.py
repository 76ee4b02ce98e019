"""Webhook endpoints: one or more objects, all for the one address, each with an API version and event types."""

from typing import Any

from sandbox.api.errors import resource_missing
from sandbox.lifecycle.object_templates import ENDPOINT
from sandbox.state.store import Object
from sandbox.world import World

VERSIONS = ("2024-06-20", "2025-03-31.basil", "2026-08-26.dahlia", "2026-10-28.endive")
"""The API versions in which events can be delivered, the oldest first."""
CURRENT = VERSIONS[-1]
LATER_TYPES = {"invoice_payment.paid": VERSIONS[2]}
"""Types of event that came later, and the first of these versions that has them."""
DISABLED_AFTER = 9 * 86400.0
"""Seconds without a successful attempt after which Stripe disables an endpoint."""


def create_endpoint(world: World, url: str, *, own_secret: bool = True, **fields: Any) -> Object:
    """A new endpoint. Without a secret of its own, its messages are signed with the account's endpoint secret."""
    id_ = world.random.new_id("we_")
    secret = "whsec_" + world.random.letters(f"secret:{id_}", 32) if own_secret else None
    world.endpoints = None
    return world.store.add(ENDPOINT(id_, created=world.now, url=url, **fields, _secret=secret))


def register_endpoint(world: World) -> None:
    """Create the first endpoint for the account's endpoint address, or move existing endpoints to that address."""
    url = world.settings.endpoint_url
    if url is None:
        return
    with world.step():
        existing = endpoints(world)
        if world.settings.registered and not existing and not world.store.get_value("endpoint_made"):
            create_endpoint(world, url, own_secret=False)
            world.store.set_value("endpoint_made", True)
        for endpoint in existing:
            if endpoint["url"] != url:
                world.store.change(endpoint, url=url)
        world.endpoints = None


def endpoints(world: World) -> list[Object]:
    """Every endpoint; cached until one changes."""
    if world.endpoints is None:
        world.endpoints = world.store.select("webhook_endpoint", newest_first=False)
    cached: list[Object] = world.endpoints
    return cached


def wants_event(endpoint: Object, event_type: str) -> bool:
    """Whether an endpoint is enabled and wants events of this type."""
    types = endpoint["enabled_events"]
    version_has_type = (endpoint["api_version"] or CURRENT) >= LATER_TYPES.get(event_type, "")
    return endpoint["status"] == "enabled" and version_has_type and ("*" in types or event_type in types)


def secret_of(world: World, endpoint: Object) -> str:
    """The secret with which an endpoint's messages are signed."""
    return str(endpoint["_secret"] or world.settings.endpoint_secret)


def record_success(world: World, endpoint: Object) -> None:
    """An attempt succeeded: the nine days to disabling begin anew with the next failure."""
    if endpoint.get("_failing_since") is not None:
        world.store.change(endpoint, _failing_since=None)
        world.endpoints = None


def record_failure(world: World, endpoint: Object, now: float) -> None:
    """An attempt failed; after nine days without success the endpoint is disabled."""
    since = endpoint.get("_failing_since")
    if since is None:
        world.store.change(endpoint, _failing_since=now)
    elif now - since >= DISABLED_AFTER and endpoint["status"] == "enabled":
        world.store.change(endpoint, status="disabled")
    else:
        return
    world.endpoints = None


def get_endpoint(world: World, id_: str) -> Object:
    """The endpoint of this id; ApiError where there is none."""
    endpoint = world.store.find(id_)
    if endpoint is None or endpoint["object"] != "webhook_endpoint":
        raise resource_missing("webhook endpoint", id_)
    return endpoint
