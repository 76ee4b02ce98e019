"""Calls under /v1/customers and /v1/payment_methods."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import ListQuery
from sandbox.api.parameters import (
    EXPAND,
    RETRIEVE,
    Email,
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
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.customers import create_customer, get_customer, set_default_method
from sandbox.lifecycle.payment_methods import attach_method, check_attachable, detach_method, get_method
from sandbox.lifecycle.subscriptions import cancel_subscription
from sandbox.state.store import Object
from sandbox.world import World

_KIND = one_of("card", "bacs_debit")
_ADDRESS = Params(
    {part: Text(may_be_empty=True) for part in ("city", "country", "line1", "line2", "postal_code", "state")}
)
_EDITABLE: dict[str, Parameter] = {
    "address": _ADDRESS,
    "description": Text(may_be_empty=True),
    "email": Email(may_be_empty=True),
    "expand": EXPAND,
    "metadata": Metadata(),
    "name": Text(256, may_be_empty=True),
    "phone": Text(20, may_be_empty=True),
    "preferred_locales": ListOf(Text()),
}
_INVOICE_SETTINGS = Params({"default_payment_method": Text(), "footer": Text(may_be_empty=True)})
CREATE = Params(_EDITABLE)
UPDATE = Params({**_EDITABLE, "invoice_settings": _INVOICE_SETTINGS})


def create(request: ApiRequest) -> Object:
    """Create a customer."""
    return create_customer(request.world, request.params)


def retrieve(request: ApiRequest) -> Object:
    """The customer of the id in the path; of a deleted one only its id and that it is deleted."""
    customer = request.world.store.find(request.object_id)
    if customer is not None and customer.get("_deleted"):
        return {"id": request.object_id, "object": "customer", "deleted": True}
    return get_customer(request.world, request.object_id)


def list_customers(request: ApiRequest) -> Object:
    """Customers, filtered by email and creation time."""
    query = ListQuery(request.world, "customer", request.params, "/v1/customers")
    return query.where("json_extract(body, '$._deleted') IS NULL").filter_by("email").filter_created().page()


def update(request: ApiRequest) -> Object:
    """Update a customer's fields, or its payment method for invoices."""
    customer = get_customer(request.world, request.object_id)
    changes = {name: value or None for name, value in request.params.items() if name not in ("expand", "metadata")}
    if "metadata" in request.params:
        changes["metadata"] = merge_metadata(customer["metadata"], request.params["metadata"])
    if "invoice_settings" in request.params:
        settings = request.params["invoice_settings"]
        if "default_payment_method" in settings:
            _check_attached(request.world, customer, settings["default_payment_method"])
        changes["invoice_settings"] = {**customer["invoice_settings"], **settings}
    before = {name: customer[name] for name in changes}
    request.world.store.change(customer, **changes)
    emit_event(request.world, "customer.updated", customer, before)
    return customer


def _check_attached(world: World, customer: Object, method_id: str) -> None:
    """Refuse a default payment method that is not attached to this customer."""
    name = "invoice_settings[default_payment_method]"
    if get_method(world, method_id, param=name, status=400)["customer"] != customer["id"]:
        raise invalid_request(
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached "
            "to the customer.",
            code="resource_missing",
            param=name,
        )


def delete(request: ApiRequest) -> Object:
    """Delete a customer; its subscriptions are canceled."""
    customer = get_customer(request.world, request.object_id)
    for subscription in request.world.store.select(
        "subscription", "json_extract(body, '$.customer') = ?", (request.object_id,)
    ):
        if subscription["status"] != "canceled":
            cancel_subscription(request.world, subscription)
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
    """A customer's payment methods, by the customer's id in the path."""
    get_customer(request.world, request.object_id)
    query = ListQuery(
        request.world, "payment_method", request.params, f"/v1/customers/{request.object_id}/payment_methods"
    )
    return query.filter_by("type").where("json_extract(body, '$.customer') = ?", request.object_id).page()


def method_of_customer(request: ApiRequest) -> Object:
    """A customer's payment method, by both ids in the path."""
    method = get_method(request.world, request.path_ids[1])
    if method["customer"] != request.object_id:
        raise resource_missing("PaymentMethod", request.path_ids[1])
    return method


def retrieve_method(request: ApiRequest) -> Object:
    """The payment method of the id in the path."""
    return get_method(request.world, request.object_id)


def attach(request: ApiRequest) -> Object:
    """Attach a payment method to a customer."""
    method = get_method(request.world, request.object_id)
    get_customer(request.world, request.params["customer"], param="customer", status=400)
    if method["customer"] == request.params["customer"]:
        return method
    check_attachable(method)
    return attach_method(request.world, method, request.params["customer"])


def detach(request: ApiRequest) -> Object:
    """Detach a payment method from its customer; it can never be attached again."""
    method = get_method(request.world, request.object_id)
    if method["customer"] is None:
        raise invalid_request(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    customer = request.world.store.get(method["customer"])
    detach_method(request.world, method)
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        set_default_method(request.world, customer, None)
    return method


CALLS = (
    Call("POST", "/v1/customers", CREATE, create),
    Call("GET", "/v1/customers", list_parameters(created=TimeRange(), email=Text(512)), list_customers),
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
