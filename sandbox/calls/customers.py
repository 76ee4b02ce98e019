"""Calls under /v1/customers and /v1/payment_methods."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import (
    EMAIL,
    EXPAND,
    RETRIEVE,
    ListOf,
    Metadata,
    Parameter,
    Params,
    Text,
    TimeRange,
    list_parameters,
    one_of,
)
from sandbox.events import emit_event
from sandbox.life.catalogue import labelled
from sandbox.life.customers import new_customer, the_customer
from sandbox.life.methods import keep, let_go, the_method
from sandbox.life.subscriptions import cancel
from sandbox.state.store import Object

_KIND = one_of("card", "bacs_debit")
_ADDRESS = Params(
    {part: Text(may_be_empty=True) for part in ("city", "country", "line1", "line2", "postal_code", "state")}
)
_DESCRIBED: dict[str, Parameter] = {
    "address": _ADDRESS,
    "description": Text(may_be_empty=True),
    "email": EMAIL,
    "expand": EXPAND,
    "metadata": Metadata(),
    "name": Text(256, may_be_empty=True),
    "phone": Text(20, may_be_empty=True),
    "preferred_locales": ListOf(Text()),
}
_INVOICE_SETTINGS = Params({"default_payment_method": Text(), "footer": Text(may_be_empty=True)})
CREATE = Params(_DESCRIBED)
UPDATE = Params({**_DESCRIBED, "invoice_settings": _INVOICE_SETTINGS})


def create(request: ApiRequest) -> Object:
    """A new customer."""
    return new_customer(request.world, request.params)


def retrieve(request: ApiRequest) -> Object:
    """One customer; of a deleted one only that it is deleted."""
    found = request.world.store.find(request.object_id)
    if found is not None and found.get("_deleted"):
        return {"id": request.object_id, "object": "customer", "deleted": True}
    return the_customer(request.world, request.object_id)


def list_customers(request: ApiRequest) -> Object:
    """Customers, by email and instant."""
    query = ListQuery(request.world, "customer", request.params, "/v1/customers")
    return query.where("json_extract(body, '$._deleted') IS NULL").filter_by("email").filter_created().page()


def update(request: ApiRequest) -> Object:
    """Change what a customer says of itself, or its payment method for invoices."""
    customer = the_customer(request.world, request.object_id)
    changes = {name: value or None for name, value in request.params.items() if name not in ("expand", "metadata")}
    if "metadata" in request.params:
        changes["metadata"] = labelled(customer["metadata"], request.params["metadata"])
    if "invoice_settings" in request.params:
        asked = request.params["invoice_settings"]
        if "default_payment_method" in asked:
            the_method(request.world, asked["default_payment_method"], param="invoice_settings", status=400)
        changes["invoice_settings"] = {**customer["invoice_settings"], **asked}
    before = {name: customer[name] for name in changes}
    request.world.store.change(customer, **changes)
    emit_event(request.world, "customer.updated", customer, before)
    return customer


def delete(request: ApiRequest) -> Object:
    """Forget a customer; its subscriptions end at once."""
    customer = the_customer(request.world, request.object_id)
    for subscription in request.world.store.select(
        "subscription", "json_extract(body, '$.customer') = ?", (request.object_id,)
    ):
        if subscription["status"] != "canceled":
            cancel(request.world, subscription)
    request.world.store.change(customer, _deleted=True)
    emit_event(request.world, "customer.deleted", customer)
    return {"id": request.object_id, "object": "customer", "deleted": True}


def list_methods(request: ApiRequest) -> Object:
    """A customer's payment methods."""
    query = ListQuery(request.world, "payment_method", request.params, "/v1/payment_methods").filter_by(
        "customer", "type"
    )
    return query.where("json_extract(body, '$.customer') IS NOT NULL").page()


def methods_of_customer(request: ApiRequest) -> Object:
    """The same, asked by the customer's address."""
    the_customer(request.world, request.object_id)
    query = ListQuery(
        request.world, "payment_method", request.params, f"/v1/customers/{request.object_id}/payment_methods"
    )
    return query.filter_by("type").where("json_extract(body, '$.customer') = ?", request.object_id).page()


def method_of_customer(request: ApiRequest) -> Object:
    """One payment method of a customer."""
    method = the_method(request.world, request.path_ids[1])
    if method["customer"] != request.object_id:
        raise resource_missing("PaymentMethod", request.path_ids[1])
    return method


def retrieve_method(request: ApiRequest) -> Object:
    """One payment method."""
    return the_method(request.world, request.object_id)


def attach(request: ApiRequest) -> Object:
    """Let a customer keep a payment method."""
    method = the_method(request.world, request.object_id)
    the_customer(request.world, request.params["customer"], param="customer", status=400)
    return keep(request.world, method, request.params["customer"])


def detach(request: ApiRequest) -> Object:
    """Let go of a payment method for ever."""
    method = the_method(request.world, request.object_id)
    if method["customer"] is None:
        raise invalid_request(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    return let_go(request.world, method)


CALLS = (
    Call("POST", "/v1/customers", CREATE, create),
    Call("GET", "/v1/customers", list_parameters(created=TimeRange(), email=EMAIL), list_customers),
    Call("GET", "/v1/customers/{id}", RETRIEVE, retrieve),
    Call("POST", "/v1/customers/{id}", UPDATE, update),
    Call("DELETE", "/v1/customers/{id}", Params({}), delete),
    Call("GET", "/v1/customers/{id}/payment_methods", list_parameters(type=_KIND), methods_of_customer),
    Call("GET", "/v1/customers/{id}/payment_methods/{id}", RETRIEVE, method_of_customer),
    Call("GET", "/v1/payment_methods", list_parameters(customer=Text(), type=_KIND), list_methods),
    Call("GET", "/v1/payment_methods/{id}", RETRIEVE, retrieve_method),
    Call(
        "POST",
        "/v1/payment_methods/{id}/attach",
        Params({"customer": Text(), "expand": EXPAND}, required=("customer",)),
        attach,
    ),
    Call("POST", "/v1/payment_methods/{id}/detach", RETRIEVE, detach),
)
