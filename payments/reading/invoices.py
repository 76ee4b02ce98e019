"""Invoices of recurring gifts, and which payment paid which invoice (reference: Stripe's changelog, 2025-03-31.basil).

Since Basil an invoice names its subscription under `parent` and its payments in objects of their own; before, it
named the subscription, the payment intent and the charge itself.
"""

from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    Happening,
    InvoicePaid,
    InvoiceReported,
    StatusChanged,
    StatusObject,
    SubscriptionReported,
)
from payments.reading.shapes import NOTHING, Misshapen, Object, labelled, link, section, text

FIRST = "subscription_create"


def paid(_event: Object, invoice: Object) -> tuple[Happening, ...]:
    """An instalment was paid. An old invoice says by which payment; one paid out of band names none."""
    if "parent" in invoice:
        return told(invoice)
    payment = link(invoice, "payment_intent") or link(invoice, "charge")
    paid_by = (InvoicePaid(text(invoice, "id"), payment),) if payment else ()
    return (*paid_by, *told(invoice))


def unpaid(_event: Object, invoice: Object) -> tuple[Happening, ...]:
    """An instalment could not be collected; Stripe says with the subscription when it tries again."""
    return told(invoice)


def told(invoice: Object) -> tuple[Happening, ...]:
    """Which recurring gift an invoice belongs to; NO_RECURRING_GIFT when it is none of ours: then nothing waits.

    The subscription's metadata is a snapshot, taken when the invoice was made.
    """
    bond = _bond(invoice)
    recurring = labelled(bond, "recurring_id") if bond else None
    if recurring is None:
        return (InvoiceReported(text(invoice, "id"), NO_RECURRING_GIFT, first=False),)
    subscription = link(bond, "subscription")
    first = text(invoice, "billing_reason") == FIRST
    found = InvoiceReported(text(invoice, "id"), recurring, first)
    if subscription is None:
        return (found,)
    return found, SubscriptionReported(subscription, recurring), StatusChanged(StatusObject.SUBSCRIPTION, subscription)


def _bond(invoice: Object) -> Object:
    """What ties an invoice to its subscription: `subscription` and `metadata`; empty for one that has none."""
    if "parent" in invoice:
        parent = section(invoice, "parent")
        return section(parent, "subscription_details") if parent else NOTHING
    subscription, details = link(invoice, "subscription"), section(invoice, "subscription_details")
    return {**details, "subscription": subscription} if details else NOTHING


def payment_paid(_event: Object, link_of: Object) -> tuple[Happening, ...]:
    """A payment paid an invoice."""
    return read_invoice_payment(link_of)


def read_invoice_payment(payment: Object) -> tuple[Happening, ...]:
    """An invoice payment, from an event or a list; where its invoice is expanded, also whose invoice that is.

    An attempt that is open or was cancelled paid nothing. A payment record is money from outside Stripe.
    """
    if text(payment, "status") != "paid":
        return ()
    by, invoice = _means(section(payment, "payment")), link(payment, "invoice")
    if invoice is None:
        raise Misshapen("invoice_payment has no invoice")
    expanded = payment["invoice"]
    whose = _invoice_told(told(expanded)) if isinstance(expanded, dict) else ()
    return (InvoicePaid(invoice, by), *whose) if by else whose


def _means(payment: Object) -> str | None:
    kind = text(payment, "type")
    if kind == "payment_record":
        return None
    by = link(payment, kind) if kind in ("payment_intent", "charge") else None
    if by is None:
        raise Misshapen("invoice_payment has no payment")
    return by


def _invoice_told(found: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """Without looking again: a list of a thousand old payments is no reason to fetch a thousand subscriptions."""
    return tuple(one for one in found if not isinstance(one, StatusChanged))
