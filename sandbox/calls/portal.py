"""Calls under /v1/billing_portal/sessions."""

from sandbox.life.blanks_of_giving import PORTAL_SESSION
from sandbox.life.customers import the_customer
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.shapes import EXPAND, Fields, Text, one_of

CREATE = Fields(
    {
        "customer": Text(),
        "expand": EXPAND,
        "locale": one_of("auto", "en", "en-GB"),
        "return_url": Text(),
    },
    required=("customer",),
)


def create(ask: Ask) -> Object:
    """A page on which a customer changes cards and ends subscriptions."""
    world = ask.world
    customer = the_customer(world, ask.params["customer"], param="customer", status=400)
    id_ = world.random.new_id("bps_")
    session = PORTAL_SESSION(
        id_,
        configuration="bpc_" + world.random.letters("portal", 24),
        created=world.now,
        customer=customer["id"],
        locale=ask.params.get("locale"),
        return_url=ask.params.get("return_url"),
        url=f"{world.settings.public_url}/portal/{id_}",
    )
    return world.store.add(session)


CALLS = (Call("POST", "/v1/billing_portal/sessions", CREATE, create),)
