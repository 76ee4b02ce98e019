"""Calls under /v1/webhook_endpoints. Every endpoint has the one address to which the twin delivers."""

from typing import Any

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import (
    EXPAND,
    RETRIEVE,
    Boolean,
    ListOf,
    Metadata,
    Parameter,
    Params,
    Text,
    Url,
    list_parameters,
    one_of,
)
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.state.store import Object
from sandbox.webhooks.endpoint import VERSIONS, create_endpoint, get_endpoint

_EDITABLE: dict[str, Parameter] = {
    "description": Text(may_be_empty=True),
    "enabled_events": ListOf(Text(), max_items=300),
    "expand": EXPAND,
    "metadata": Metadata(),
    "url": Url(),
}
CREATE = Params({**_EDITABLE, "api_version": one_of(*VERSIONS)}, required=("enabled_events", "url"))
UPDATE = Params({**_EDITABLE, "disabled": Boolean()})


def create(request: ApiRequest) -> Object:
    """Create an endpoint for the same address, with its own version and event types. Only now its secret is shown."""
    _check_url(request)
    fields = {
        name: request.params[name]
        for name in ("api_version", "enabled_events", "description")
        if name in request.params
    }
    endpoint = create_endpoint(
        request.world, request.params["url"], metadata=request.params.get("metadata", {}), **fields
    )
    return {**endpoint, "secret": endpoint["_secret"]}


def _check_url(request: ApiRequest) -> None:
    allowed = request.world.settings.endpoint_url
    if "url" in request.params and request.params["url"] != allowed:
        raise invalid_request(f"The sandbox delivers only to {allowed}.", code="url_invalid", param="url")


def retrieve(request: ApiRequest) -> Object:
    """The endpoint of the id in the path."""
    return get_endpoint(request.world, request.object_id)


def list_endpoints(request: ApiRequest) -> Object:
    """Every endpoint."""
    return ListQuery(request.world, "webhook_endpoint", request.params, "/v1/webhook_endpoints").page()


def update(request: ApiRequest) -> Object:
    """Update an endpoint's event types, or disable and enable it."""
    _check_url(request)
    endpoint = get_endpoint(request.world, request.object_id)
    changes: dict[str, Any] = {
        name: request.params[name] for name in ("description", "enabled_events") if name in request.params
    }
    if "disabled" in request.params:
        changes["status"] = "disabled" if request.params["disabled"] else "enabled"
    if "metadata" in request.params:
        changes["metadata"] = merge_metadata(endpoint["metadata"], request.params["metadata"])
    request.world.endpoints = None
    return request.world.store.change(endpoint, **changes, _failing_since=None)


def delete(request: ApiRequest) -> Object:
    """Delete an endpoint: nothing is delivered to it any more."""
    get_endpoint(request.world, request.object_id)
    request.world.store.remove(request.object_id)
    request.world.endpoints = None
    return {"id": request.object_id, "object": "webhook_endpoint", "deleted": True}


CALLS = (
    Call("POST", "/v1/webhook_endpoints", CREATE, create),
    Call("GET", "/v1/webhook_endpoints", list_parameters(), list_endpoints),
    Call("GET", "/v1/webhook_endpoints/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/webhook_endpoints/{id}", UPDATE, update),
    Call("DELETE", "/v1/webhook_endpoints/{id}", Params({}), delete),
)
