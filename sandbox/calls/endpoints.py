"""Calls under /v1/webhook_endpoints. There is only one address to which the twin delivers."""

from typing import Any

from sandbox.life.catalogue import labelled
from sandbox.state.store import Object
from sandbox.webhooks.endpoint import VERSIONS, new_endpoint, the_endpoint
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.refusals import not_possible
from sandbox.wire.shapes import EXPAND, RETRIEVE, Fields, Labels, ListOf, Shape, Text, Truth, listing, one_of

_DESCRIBED: dict[str, Shape] = {
    "description": Text(unset=True),
    "enabled_events": ListOf(Text(), most=300),
    "expand": EXPAND,
    "metadata": Labels(),
    "url": Text(),
}
CREATE = Fields({**_DESCRIBED, "api_version": one_of(*VERSIONS)}, required=("enabled_events", "url"))
UPDATE = Fields({**_DESCRIBED, "disabled": Truth()})


def create(ask: Ask) -> Object:
    """A second view of the one address, with its own version and events; the secret is shown only now."""
    _check_url(ask)
    named = {name: ask.params[name] for name in ("api_version", "enabled_events", "description") if name in ask.params}
    endpoint = new_endpoint(ask.world, ask.params["url"], metadata=ask.params.get("metadata", {}), **named)
    return {**endpoint, "secret": endpoint["_secret"]}


def _check_url(ask: Ask) -> None:
    allowed = ask.world.settings.endpoint_url
    if "url" in ask.params and ask.params["url"] != allowed:
        raise not_possible(f"The sandbox delivers only to {allowed}.", code="url_invalid", param="url")


def retrieve(ask: Ask) -> Object:
    """One endpoint."""
    return the_endpoint(ask.world, ask.subject)


def list_endpoints(ask: Ask) -> Object:
    """Every endpoint."""
    return Listing(ask.world, "webhook_endpoint", ask.params, "/v1/webhook_endpoints").page()


def update(ask: Ask) -> Object:
    """Change which events it wants, or switch it off and on."""
    _check_url(ask)
    endpoint = the_endpoint(ask.world, ask.subject)
    changes: dict[str, Any] = {
        name: ask.params[name] for name in ("description", "enabled_events") if name in ask.params
    }
    if "disabled" in ask.params:
        changes["status"] = "disabled" if ask.params["disabled"] else "enabled"
    if "metadata" in ask.params:
        changes["metadata"] = labelled(endpoint["metadata"], ask.params["metadata"])
    ask.world.endpoints = None
    return ask.world.store.change(endpoint, **changes, _failing_since=None)


def delete(ask: Ask) -> Object:
    """Nothing is delivered to it any more."""
    the_endpoint(ask.world, ask.subject)
    ask.world.store.remove(ask.subject)
    ask.world.endpoints = None
    return {"id": ask.subject, "object": "webhook_endpoint", "deleted": True}


CALLS = (
    Call("POST", "/v1/webhook_endpoints", CREATE, create),
    Call("GET", "/v1/webhook_endpoints", listing(), list_endpoints),
    Call("GET", "/v1/webhook_endpoints/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/webhook_endpoints/{id}", UPDATE, update),
    Call("DELETE", "/v1/webhook_endpoints/{id}", Fields({}), delete),
)
