"""Calls under /v1/customers and /v1/payment_methods."""

from sandbox.journal import tell
from sandbox.life.catalogue import labelled
from sandbox.life.customers import new_customer, the_customer
from sandbox.life.methods import keep, let_go, the_method
from sandbox.life.subscriptions import cancel
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing
from sandbox.wire.refusals import no_such, not_possible
from sandbox.wire.shapes import EMAIL, EXPAND, RETRIEVE, Fields, Labels, ListOf, Range, Shape, Text, listing, one_of

_KIND = one_of("card", "bacs_debit")
_ADDRESS = Fields({part: Text(unset=True) for part in ("city", "country", "line1", "line2", "postal_code", "state")})
_DESCRIBED: dict[str, Shape] = {
    "address": _ADDRESS,
    "description": Text(unset=True),
    "email": EMAIL,
    "expand": EXPAND,
    "metadata": Labels(),
    "name": Text(256, unset=True),
    "phone": Text(20, unset=True),
    "preferred_locales": ListOf(Text()),
}
_INVOICE_SETTINGS = Fields({"default_payment_method": Text(), "footer": Text(unset=True)})
CREATE = Fields(_DESCRIBED)
UPDATE = Fields({**_DESCRIBED, "invoice_settings": _INVOICE_SETTINGS})


def create(ask: Ask) -> Object:
    """A new customer."""
    return new_customer(ask.world, ask.params)


def retrieve(ask: Ask) -> Object:
    """One customer; of a deleted one only that it is deleted."""
    found = ask.world.store.find(ask.subject)
    if found is not None and found.get("_deleted"):
        return {"id": ask.subject, "object": "customer", "deleted": True}
    return the_customer(ask.world, ask.subject)


def list_customers(ask: Ask) -> Object:
    """Customers, by email and instant."""
    listing = Listing(ask.world, "customer", ask.params, "/v1/customers")
    return listing.only("json_extract(body, '$._deleted') IS NULL").by("email").by_created().page()


def update(ask: Ask) -> Object:
    """Change what a customer says of itself, or its payment method for invoices."""
    customer = the_customer(ask.world, ask.subject)
    changes = {name: value or None for name, value in ask.params.items() if name not in ("expand", "metadata")}
    if "metadata" in ask.params:
        changes["metadata"] = labelled(customer["metadata"], ask.params["metadata"])
    if "invoice_settings" in ask.params:
        asked = ask.params["invoice_settings"]
        if "default_payment_method" in asked:
            the_method(ask.world, asked["default_payment_method"], param="invoice_settings", status=400)
        changes["invoice_settings"] = {**customer["invoice_settings"], **asked}
    before = {name: customer[name] for name in changes}
    ask.world.store.change(customer, **changes)
    tell(ask.world, "customer.updated", customer, before)
    return customer


def delete(ask: Ask) -> Object:
    """Forget a customer; its subscriptions end at once."""
    customer = the_customer(ask.world, ask.subject)
    for subscription in ask.world.store.select("subscription", "json_extract(body, '$.customer') = ?", (ask.subject,)):
        if subscription["status"] != "canceled":
            cancel(ask.world, subscription)
    ask.world.store.change(customer, _deleted=True)
    tell(ask.world, "customer.deleted", customer)
    return {"id": ask.subject, "object": "customer", "deleted": True}


def list_methods(ask: Ask) -> Object:
    """A customer's payment methods."""
    found = Listing(ask.world, "payment_method", ask.params, "/v1/payment_methods").by("customer", "type")
    return found.only("json_extract(body, '$.customer') IS NOT NULL").page()


def methods_of_customer(ask: Ask) -> Object:
    """The same, asked by the customer's address."""
    the_customer(ask.world, ask.subject)
    found = Listing(ask.world, "payment_method", ask.params, f"/v1/customers/{ask.subject}/payment_methods")
    return found.by("type").only("json_extract(body, '$.customer') = ?", ask.subject).page()


def method_of_customer(ask: Ask) -> Object:
    """One payment method of a customer."""
    method = the_method(ask.world, ask.ids[1])
    if method["customer"] != ask.subject:
        raise no_such("PaymentMethod", ask.ids[1])
    return method


def retrieve_method(ask: Ask) -> Object:
    """One payment method."""
    return the_method(ask.world, ask.subject)


def attach(ask: Ask) -> Object:
    """Let a customer keep a payment method."""
    method = the_method(ask.world, ask.subject)
    the_customer(ask.world, ask.params["customer"], param="customer", status=400)
    return keep(ask.world, method, ask.params["customer"])


def detach(ask: Ask) -> Object:
    """Let go of a payment method for ever."""
    method = the_method(ask.world, ask.subject)
    if method["customer"] is None:
        raise not_possible("The payment method you provided is not attached to a customer so detachment is impossible.")
    return let_go(ask.world, method)


CALLS = (
    Call("POST", "/v1/customers", CREATE, create),
    Call("GET", "/v1/customers", listing(created=Range(), email=EMAIL), list_customers),
    Call("GET", "/v1/customers/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/customers/{id}", UPDATE, update),
    Call("DELETE", "/v1/customers/{id}", Fields({}), delete),
    Call("GET", "/v1/customers/{id}/payment_methods", listing(type=_KIND), methods_of_customer),
    Call("GET", "/v1/customers/{id}/payment_methods/{id}", RETRIEVE, method_of_customer),
    Call("GET", "/v1/payment_methods", listing(customer=Text(), type=_KIND), list_methods),
    Call("GET", "/v1/payment_methods/{id}", RETRIEVE, retrieve_method),
    Call(
        "POST",
        "/v1/payment_methods/{id}/attach",
        Fields({"customer": Text(), "expand": EXPAND}, required=("customer",)),
        attach,
    ),
    Call("POST", "/v1/payment_methods/{id}/detach", RETRIEVE, detach),
)
