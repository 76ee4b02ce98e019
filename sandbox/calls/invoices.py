"""Calls under /v1/invoices and /v1/invoice_payments."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import ListQuery, page_of_embedded
from sandbox.api.parameters import RETRIEVE, Params, Text, TimeRange, list_parameters, one_of
from sandbox.life.invoices import payments_of, the_invoice, void
from sandbox.life.renewals import attempt
from sandbox.state.store import Object

LIST = list_parameters(
    created=TimeRange(),
    customer=Text(),
    status=one_of("draft", "open", "paid", "uncollectible", "void"),
    subscription=Text(),
)
_PAYMENT = Params({"payment_intent": Text(), "type": one_of("payment_intent")}, required=("type",))
LIST_PAYMENTS = list_parameters(
    created=TimeRange(), invoice=Text(), payment=_PAYMENT, status=one_of("open", "paid", "canceled")
)


def retrieve(request: ApiRequest) -> Object:
    """One invoice."""
    return the_invoice(request.world, request.object_id)


def list_invoices(request: ApiRequest) -> Object:
    """Invoices, by customer, subscription, status and instant."""
    query = (
        ListQuery(request.world, "invoice", request.params, "/v1/invoices")
        .filter_by("customer", "status")
        .filter_created()
    )
    if "subscription" in request.params:
        query.where("json_extract(body, '$._subscription') = ?", request.params["subscription"])
    return query.page()


def lines(request: ApiRequest) -> Object:
    """An invoice, line by line."""
    invoice = the_invoice(request.world, request.object_id)
    return page_of_embedded(invoice["lines"]["data"], request.params, f"/v1/invoices/{request.object_id}/lines")


def pay(request: ApiRequest) -> Object:
    """Try again now to be paid."""
    invoice = the_invoice(request.world, request.object_id)
    if invoice["status"] != "open":
        raise invalid_request(f"Invoice is {invoice['status']} and cannot be paid.", code="invoice_not_open")
    return attempt(request.world, invoice)


def void_invoice(request: ApiRequest) -> Object:
    """Make it as if it had never been."""
    return void(request.world, the_invoice(request.world, request.object_id))


def retrieve_payment(request: ApiRequest) -> Object:
    """One link from an invoice to a payment."""
    found = request.world.store.find(request.object_id)
    if found is None or found["object"] != "invoice_payment":
        raise resource_missing("invoice_payment", request.object_id)
    return found


def list_payments(request: ApiRequest) -> Object:
    """The links from invoices to payments; asked by payment intent they say which invoice it paid."""
    query = ListQuery(request.world, "invoice_payment", request.params, "/v1/invoice_payments").filter_by(
        "invoice", "status"
    )
    intent = request.params.get("payment", {}).get("payment_intent")
    if intent is not None:
        query.where("json_extract(body, '$._intent') = ?", intent)
    return query.filter_created().page()


CALLS = (
    Call("GET", "/v1/invoices", LIST, list_invoices),
    Call("GET", "/v1/invoices/{id}", RETRIEVE, retrieve),
    Call("GET", "/v1/invoices/{id}/lines", list_parameters(), lines),
    Call("POST", "/v1/invoices/{id}/pay", RETRIEVE, pay),
    Call("POST", "/v1/invoices/{id}/void", RETRIEVE, void_invoice),
    Call("GET", "/v1/invoice_payments", LIST_PAYMENTS, list_payments),
    Call("GET", "/v1/invoice_payments/{id}", RETRIEVE, retrieve_payment),
)
INCLUDABLES = {("invoice", "payments"): payments_of}
