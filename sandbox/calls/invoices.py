"""Calls under /v1/invoices and /v1/invoice_payments."""

from sandbox.life.invoices import payments_of, the_invoice, void
from sandbox.life.renewals import attempt
from sandbox.state.store import Object
from sandbox.wire.call import Ask, Call
from sandbox.wire.lists import Listing, page_of
from sandbox.wire.refusals import no_such, not_possible
from sandbox.wire.shapes import RETRIEVE, Fields, Range, Text, listing, one_of

LIST = listing(
    created=Range(),
    customer=Text(),
    status=one_of("draft", "open", "paid", "uncollectible", "void"),
    subscription=Text(),
)
_PAYMENT = Fields({"payment_intent": Text(), "type": one_of("payment_intent")}, required=("type",))
LIST_PAYMENTS = listing(created=Range(), invoice=Text(), payment=_PAYMENT, status=one_of("open", "paid", "canceled"))


def retrieve(ask: Ask) -> Object:
    """One invoice."""
    return the_invoice(ask.world, ask.subject)


def list_invoices(ask: Ask) -> Object:
    """Invoices, by customer, subscription, status and instant."""
    found = Listing(ask.world, "invoice", ask.params, "/v1/invoices").by("customer", "status").by_created()
    if "subscription" in ask.params:
        found.only("json_extract(body, '$._subscription') = ?", ask.params["subscription"])
    return found.page()


def lines(ask: Ask) -> Object:
    """An invoice, line by line."""
    invoice = the_invoice(ask.world, ask.subject)
    return page_of(invoice["lines"]["data"], ask.params, f"/v1/invoices/{ask.subject}/lines")


def pay(ask: Ask) -> Object:
    """Try again now to be paid."""
    invoice = the_invoice(ask.world, ask.subject)
    if invoice["status"] != "open":
        raise not_possible(f"Invoice is {invoice['status']} and cannot be paid.", code="invoice_not_open")
    return attempt(ask.world, invoice)


def void_invoice(ask: Ask) -> Object:
    """Make it as if it had never been."""
    return void(ask.world, the_invoice(ask.world, ask.subject))


def retrieve_payment(ask: Ask) -> Object:
    """One link from an invoice to a payment."""
    found = ask.world.store.find(ask.subject)
    if found is None or found["object"] != "invoice_payment":
        raise no_such("invoice_payment", ask.subject)
    return found


def list_payments(ask: Ask) -> Object:
    """The links from invoices to payments; asked by payment intent they say which invoice it paid."""
    found = Listing(ask.world, "invoice_payment", ask.params, "/v1/invoice_payments").by("invoice", "status")
    intent = ask.params.get("payment", {}).get("payment_intent")
    if intent is not None:
        found.only("json_extract(body, '$._intent') = ?", intent)
    return found.by_created().page()


CALLS = (
    Call("GET", "/v1/invoices", LIST, list_invoices),
    Call("GET", "/v1/invoices/{id}", RETRIEVE, retrieve),
    Call("GET", "/v1/invoices/{id}/lines", listing(), lines),
    Call("POST", "/v1/invoices/{id}/pay", RETRIEVE, pay),
    Call("POST", "/v1/invoices/{id}/void", RETRIEVE, void_invoice),
    Call("GET", "/v1/invoice_payments", LIST_PAYMENTS, list_payments),
    Call("GET", "/v1/invoice_payments/{id}", RETRIEVE, retrieve_payment),
)
PARTS = {("invoice", "payments"): payments_of}
