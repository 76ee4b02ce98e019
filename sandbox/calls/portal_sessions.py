"""Calls under /v1/billing_portal/sessions."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.parameters import EXPAND, Params, Text, Url, one_of
from sandbox.lifecycle.customers import get_customer
from sandbox.lifecycle.object_templates import PORTAL_SESSION
from sandbox.state.store import Object

CREATE = Params(
    {
        "customer": Text(),
        "expand": EXPAND,
        "locale": one_of("auto", "en", "en-GB"),
        "return_url": Url(),
    },
    required=("customer",),
)


def create(request: ApiRequest) -> Object:
    """Create a session with a page on which a customer changes cards and cancels subscriptions."""
    world = request.world
    customer = get_customer(world, request.params["customer"], param="customer", status=400)
    id_ = world.random.new_id("bps_")
    session = PORTAL_SESSION(
        id_,
        configuration="bpc_" + world.random.letters("portal", 24),
        created=world.now,
        customer=customer["id"],
        locale=request.params.get("locale"),
        return_url=request.params.get("return_url"),
        url=f"{world.settings.public_url}/portal/{id_}",
    )
    return world.store.add(session)


CALLS = (Call("POST", "/v1/billing_portal/sessions", CREATE, create),)
