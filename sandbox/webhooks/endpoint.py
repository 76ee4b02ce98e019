"""The endpoint: one address, seen by the API as one or more webhook endpoints with a version and a wish list each."""

from typing import Any

from sandbox.api.errors import resource_missing
from sandbox.life.blanks_of_giving import ENDPOINT
from sandbox.state.store import Object
from sandbox.world import World

VERSIONS = ("2024-06-20", "2025-03-31.basil", "2026-08-26.dahlia", "2026-10-28.endive")
"""The API versions in which events can be told, the oldest first."""
CURRENT = VERSIONS[-1]
LATER_TYPES = {"invoice_payment.paid": VERSIONS[2]}
"""Types of event, and the first of these versions in which an endpoint is told of them."""
DISABLED_AFTER = 9 * 86400.0
"""Seconds of nothing but failures after which Stripe disables an endpoint."""


def new_endpoint(world: World, url: str, *, own_secret: bool = True, **asked: Any) -> Object:
    """An endpoint for this address. The first one is signed with the secret that the twin was told."""
    id_ = world.random.new_id("we_")
    secret = "whsec_" + world.random.letters(f"secret:{id_}", 32) if own_secret else None
    world.endpoints = None
    return world.store.add(ENDPOINT(id_, created=world.now, url=url, **asked, _secret=secret))


def know_the_address(world: World) -> None:
    """Make the first endpoint for the address that the twin was told, or move the known ones there."""
    url = world.settings.endpoint_url
    if url is None:
        return
    with world.step():
        known = endpoints(world)
        if not known and not world.store.get_value("endpoint_made"):
            new_endpoint(world, url, own_secret=False)
            world.store.set_value("endpoint_made", True)
        for endpoint in known:
            if endpoint["url"] != url:
                world.store.change(endpoint, url=url)
        world.endpoints = None


def endpoints(world: World) -> list[Object]:
    """Every endpoint; remembered until one changes."""
    if world.endpoints is None:
        world.endpoints = world.store.select("webhook_endpoint", newest_first=False)
    known: list[Object] = world.endpoints
    return known


def wants(endpoint: Object, event_type: str) -> bool:
    """Whether an endpoint is enabled and wants events of this type."""
    wanted = endpoint["enabled_events"]
    told = (endpoint["api_version"] or CURRENT) >= LATER_TYPES.get(event_type, "")
    return endpoint["status"] == "enabled" and told and ("*" in wanted or event_type in wanted)


def secret_of(world: World, endpoint: Object) -> str:
    """The secret with which its deliveries are signed."""
    return str(endpoint["_secret"] or world.settings.endpoint_secret)


def note_success(world: World, endpoint: Object) -> None:
    """It answered: whatever failed before is forgiven."""
    if endpoint.get("_failing_since") is not None:
        world.store.change(endpoint, _failing_since=None)
        world.endpoints = None


def note_failure(world: World, endpoint: Object, now: float) -> None:
    """It failed; after nine days of nothing else it is disabled."""
    since = endpoint.get("_failing_since")
    if since is None:
        world.store.change(endpoint, _failing_since=now)
    elif now - since >= DISABLED_AFTER and endpoint["status"] == "enabled":
        world.store.change(endpoint, status="disabled")
    else:
        return
    world.endpoints = None


def the_endpoint(world: World, id_: str) -> Object:
    """The endpoint of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "webhook_endpoint":
        raise resource_missing("webhook endpoint", id_)
    return found
