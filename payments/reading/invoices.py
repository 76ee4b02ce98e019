"""Invoices of recurring gifts, and which payment paid which invoice.

Since 2025-03-31.basil (docs.stripe.com/changelog) an invoice names its subscription under `parent`, and its payments in
objects of their own. Before, it named the subscription, the payment intent and the charge itself.
"""

from payments.reading.fields import EMPTY, UnexpectedShape, expandable_id, metadata_id, nested, text
from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    Happening,
    InvoicePaid,
    InvoiceReported,
    StatusChanged,
    StatusObject,
    SubscriptionReported,
)
from payments.stripe.objects import StripeObject

FIRST = "subscription_create"


def invoice_paid(_event: StripeObject, invoice: StripeObject) -> tuple[Happening, ...]:
    """An instalment was paid. An old invoice says by which payment; one paid out of band names none."""
    if "parent" in invoice:
        return _read_invoice(invoice)
    payment = expandable_id(invoice, "payment_intent") or expandable_id(invoice, "charge")
    paid_by = (InvoicePaid(text(invoice, "id"), payment),) if payment else ()
    return (*paid_by, *_read_invoice(invoice))


def invoice_payment_failed(_event: StripeObject, invoice: StripeObject) -> tuple[Happening, ...]:
    """An instalment could not be collected. When Stripe tries again stands in the subscription."""
    return _read_invoice(invoice)


def _read_invoice(invoice: StripeObject) -> tuple[Happening, ...]:
    """Which recurring gift an invoice belongs to; NO_RECURRING_GIFT when it names none, so that nothing waits.

    The subscription's metadata is a snapshot, taken when the invoice was made.
    """
    details = _subscription_details(invoice)
    recurring = metadata_id(details, "recurring_id") if details else None
    if recurring is None:
        return (InvoiceReported(text(invoice, "id"), NO_RECURRING_GIFT, first=False),)
    subscription = expandable_id(details, "subscription")
    first = text(invoice, "billing_reason") == FIRST
    reported = InvoiceReported(text(invoice, "id"), recurring, first)
    if subscription is None:
        return (reported,)
    status = StatusChanged(StatusObject.SUBSCRIPTION, subscription)
    return reported, SubscriptionReported(subscription, recurring), status


def _subscription_details(invoice: StripeObject) -> StripeObject:
    """The `subscription` and `metadata` of an invoice's subscription; empty for an invoice that has none."""
    if "parent" in invoice:
        parent = nested(invoice, "parent")
        return nested(parent, "subscription_details") if parent else EMPTY
    subscription, details = expandable_id(invoice, "subscription"), nested(invoice, "subscription_details")
    return {**details, "subscription": subscription} if details else EMPTY


def invoice_payment_paid(_event: StripeObject, invoice_payment: StripeObject) -> tuple[Happening, ...]:
    """A payment paid an invoice."""
    return read_invoice_payment(invoice_payment)


def read_invoice_payment(invoice_payment: StripeObject) -> tuple[Happening, ...]:
    """An invoice payment, from an event or a list; where its invoice is expanded, also whose invoice that is.

    An attempt that is open or was cancelled paid nothing. A payment record is money from outside Stripe.
    """
    if text(invoice_payment, "status") != "paid":
        return ()
    payment = _payment(nested(invoice_payment, "payment"))
    invoice = expandable_id(invoice_payment, "invoice")
    if invoice is None:
        raise UnexpectedShape("invoice_payment has no invoice")
    expanded = invoice_payment["invoice"]
    owner = _without_status(_read_invoice(expanded)) if isinstance(expanded, dict) else ()
    return (InvoicePaid(invoice, payment), *owner) if payment else owner


def _payment(payment: StripeObject) -> str | None:
    kind = text(payment, "type")
    if kind == "payment_record":
        return None
    payment_id = expandable_id(payment, kind) if kind in ("payment_intent", "charge") else None
    if payment_id is None:
        raise UnexpectedShape("invoice_payment has no payment")
    return payment_id


def _without_status(happenings: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """Without fetching a status: a list of a thousand old payments must not fetch a thousand subscriptions."""
    return tuple(happening for happening in happenings if not isinstance(happening, StatusChanged))
