"""Calls under /v1/invoices and /v1/invoice_payments."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.errors import declined_payment, invalid_request, resource_missing
from sandbox.api.lists import ListQuery, page_of_embedded
from sandbox.api.parameters import RETRIEVE, Params, Text, TimeRange, list_parameters, one_of
from sandbox.lifecycle.invoices import get_invoice, invoice_payments, void_invoice
from sandbox.lifecycle.renewals import attempt_payment, method_for_renewals
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
    """The invoice of the id in the path."""
    return get_invoice(request.world, request.object_id)


def list_invoices(request: ApiRequest) -> Object:
    """Invoices, filtered by customer, subscription, status and creation time."""
    query = (
        ListQuery(request.world, "invoice", request.params, "/v1/invoices")
        .filter_by("customer", "status")
        .filter_created()
    )
    if "subscription" in request.params:
        query.where("json_extract(body, '$._subscription') = ?", request.params["subscription"])
    return query.page()


def lines(request: ApiRequest) -> Object:
    """The lines of an invoice."""
    invoice = get_invoice(request.world, request.object_id)
    return page_of_embedded(invoice["lines"]["data"], request.params, f"/v1/invoices/{request.object_id}/lines")


def pay(request: ApiRequest) -> Object:
    """Attempt to collect an open invoice now; a declined attempt is a card_error."""
    invoice = get_invoice(request.world, request.object_id)
    if invoice["status"] != "open":
        raise invalid_request(f"Invoice is {invoice['status']} and cannot be paid.", code="invoice_not_open")
    if method_for_renewals(request.world, request.world.store.get(invoice["_subscription"])) is None:
        raise invalid_request(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method.",
            code="resource_missing",
        )
    attempt_payment(request.world, invoice)
    intent = request.world.store.get(invoice["_intent"])
    if intent["status"] == "requires_payment_method":
        raise declined_payment(intent["last_payment_error"], request.world.show(intent))
    return invoice


def void(request: ApiRequest) -> Object:
    """Void an invoice."""
    return void_invoice(request.world, get_invoice(request.world, request.object_id))


def retrieve_payment(request: ApiRequest) -> Object:
    """The invoice payment of the id in the path: the link from an invoice to a payment intent."""
    payment = request.world.store.find(request.object_id)
    if payment is None or payment["object"] != "invoice_payment":
        raise resource_missing("invoice_payment", request.object_id)
    return payment


def list_payments(request: ApiRequest) -> Object:
    """Invoice payments, filtered by invoice, status and payment intent: so a caller learns which invoice it paid."""
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
    Call("POST", "/v1/invoices/{id}/void", RETRIEVE, void),
    Call("GET", "/v1/invoice_payments", LIST_PAYMENTS, list_payments),
    Call("GET", "/v1/invoice_payments/{id}", RETRIEVE, retrieve_payment),
)
INCLUDABLES = {("invoice", "payments"): invoice_payments}
