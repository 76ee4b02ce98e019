"""Invoices of subscriptions: drafted for a period, finalized, then paid, voided or uncollectible."""

from collections.abc import Sequence
from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import list_object
from sandbox.events import emit_event
from sandbox.lifecycle.customers import next_invoice_number
from sandbox.lifecycle.object_templates import INVOICE, INVOICE_LINE, INVOICE_PAYMENT
from sandbox.lifecycle.payment_intents import cancel_intent
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World

INVOICE_STATES = state_graph(draft="open void", open="paid uncollectible void", uncollectible="paid void")
INVOICE_PAYMENT_STATES = state_graph(open="paid canceled")


def create_invoice(world: World, subscription: Object, reason: str, one_time_lines: Sequence[Object] = ()) -> Object:
    """A new draft for the subscription's current period.

    `one_time_lines` are the line items of a session that only its first invoice has.
    """
    id_ = world.random.new_id("in_")
    invoice = build_invoice(world, subscription, reason, id_, one_time_lines)
    world.store.add(invoice)
    world.store.change(subscription, latest_invoice=id_)
    emit_event(world, "invoice.created", invoice)
    return invoice


def build_invoice(
    world: World, subscription: Object, reason: str, id_: str, one_time_lines: Sequence[Object] = ()
) -> Object:
    """The invoice of the current period, not stored."""
    customer = world.store.get(subscription["customer"])
    lines = [_line(world, id_, subscription, item) for item in subscription["items"]["data"]]
    lines += [_one_time_line(world, id_, line) for line in one_time_lines]
    total = sum(line["amount"] for line in lines)
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return INVOICE(
        id_,
        account_name=world.settings.organisation,
        amount_due=total,
        amount_remaining=total,
        billing_reason=reason,
        created=world.now,
        currency=subscription["currency"],
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        lines=list_object(lines, f"/v1/invoices/{id_}/lines"),
        parent={"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        period_end=world.now,
        period_start=subscription["items"]["data"][0]["current_period_start"],
        subtotal=total,
        subtotal_excluding_tax=total,
        total=total,
        total_excluding_tax=total,
        _subscription=subscription["id"],
    )


def _line(world: World, invoice_id: str, subscription: Object, item: Object) -> Object:
    price = item["price"]
    amount = price["unit_amount"] * item["quantity"]
    item_details = {"invoice_item": None, "proration": False, "proration_details": {"credited_items": None},
               "subscription": subscription["id"], "subscription_item": item["id"]}  # fmt: skip
    return INVOICE_LINE(
        world.random.new_id("il_"),
        amount=amount,
        currency=price["currency"],
        description=f"{item['quantity']} x {world.store.get(price['product'])['name']}",
        invoice=invoice_id,
        metadata=dict(subscription["metadata"]),
        parent={"invoice_item_details": None, "subscription_item_details": item_details,
                "type": "subscription_item_details"},
        period={"end": item["current_period_end"], "start": item["current_period_start"]},
        pricing={"price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
                 "unit_amount_decimal": price["unit_amount_decimal"]},
        quantity=item["quantity"],
        quantity_decimal=str(item["quantity"]),
        subscription=subscription["id"],
        subtotal=amount,
    )  # fmt: skip


def _one_time_line(world: World, invoice_id: str, line: Object) -> Object:
    price = line["price"]
    item_details = {
        "invoice_item": world.random.new_id("ii_"),
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": None,
    }
    return INVOICE_LINE(
        world.random.new_id("il_"),
        amount=line["amount_total"],
        currency=line["currency"],
        description=line["description"],
        invoice=invoice_id,
        parent={"invoice_item_details": item_details, "subscription_item_details": None,
                "type": "invoice_item_details"},
        period={"end": world.now, "start": world.now},
        pricing={"price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
                 "unit_amount_decimal": price["unit_amount_decimal"]},
        quantity=line["quantity"],
        quantity_decimal=str(line["quantity"]),
        subscription=None,
        subtotal=line["amount_total"],
    )  # fmt: skip


def finalize_invoice(world: World, invoice: Object) -> Object:
    """Finalize a draft: it gets a number, and can be paid."""
    number = next_invoice_number(world, world.store.get(invoice["customer"]))
    transition(world, invoice, INVOICE_STATES, "open", number=number, effective_at=world.now, ending_balance=0,
               automatically_finalizes_at=None,
               status_transitions={**invoice["status_transitions"], "finalized_at": world.now})  # fmt: skip
    emit_event(world, "invoice.finalized", invoice)
    return invoice


def link_intent(world: World, invoice: Object, intent: Object) -> Object:
    """A new invoice payment, which links an invoice to the intent that is to pay it."""
    payment = INVOICE_PAYMENT(
        world.random.new_id("inpay_"),
        amount_requested=invoice["amount_due"],
        created=world.now,
        currency=invoice["currency"],
        invoice=invoice["id"],
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        _intent=intent["id"],
    )
    world.store.change(invoice, _intent=intent["id"], _payment=payment["id"])
    world.store.change(intent, _invoice=invoice["id"])
    return world.store.add(payment)


def mark_invoice_paid(world: World, invoice: Object) -> Object:
    """Mark an invoice as paid, and emit the three events that Stripe emits."""
    payment = world.store.get(invoice["_payment"])
    transitions = {**payment["status_transitions"], "paid_at": world.now}
    transition(world, payment, INVOICE_PAYMENT_STATES, "paid", amount_paid=invoice["amount_due"],
               status_transitions=transitions)  # fmt: skip
    transition(world, invoice, INVOICE_STATES, "paid", amount_paid=invoice["amount_due"], amount_remaining=0,
               attempted=True, attempt_count=max(invoice["attempt_count"], 1), next_payment_attempt=None,
               auto_advance=False,
               status_transitions={**invoice["status_transitions"], "paid_at": world.now})  # fmt: skip
    emit_event(world, "invoice_payment.paid", payment)
    emit_event(world, "invoice.paid", invoice)
    emit_event(world, "invoice.payment_succeeded", invoice)
    return invoice


def mark_uncollectible(world: World, invoice: Object) -> Object:
    """Mark an invoice as uncollectible: every attempt has failed, or collection is paused."""
    transition(world, invoice, INVOICE_STATES, "uncollectible", next_payment_attempt=None, auto_advance=False,
               status_transitions={**invoice["status_transitions"], "marked_uncollectible_at": world.now})  # fmt: skip
    emit_event(world, "invoice.marked_uncollectible", invoice)
    return invoice


def void_invoice(world: World, invoice: Object) -> Object:
    """Void an invoice: a mistake, or collection is paused.

    ApiError where it is paid or void already, and while a debit that may still pay it is processing.
    """
    if "void" not in INVOICE_STATES[invoice["status"]]:
        raise invalid_request(f"You can't void an invoice that is {invoice['status']}.")
    if "_intent" in invoice and world.store.get(invoice["_intent"])["status"] == "processing":
        raise invalid_request("You can't void an invoice while its payment is processing.")
    world.tasks.cancel(invoice["id"])
    transition(world, invoice, INVOICE_STATES, "void", next_payment_attempt=None, auto_advance=False,
               status_transitions={**invoice["status_transitions"], "voided_at": world.now})  # fmt: skip
    if "_intent" in invoice:
        cancel_intent(world, world.store.get(invoice["_intent"]), "void_invoice")
    emit_event(world, "invoice.voided", invoice)
    return invoice


def invoice_payments(world: World, invoice: Object) -> Object:
    """The payments of an invoice, for expand[]=payments."""
    payments = world.store.select("invoice_payment", "json_extract(body, '$.invoice') = ?", (invoice["id"],))
    shown: list[Any] = [world.show(payment) for payment in payments]
    return list_object(shown, f"/v1/invoice_payments?invoice={invoice['id']}")


def get_invoice(world: World, id_: str) -> Object:
    """The invoice of this id; ApiError where there is none."""
    invoice = world.store.find(id_)
    if invoice is None or invoice["object"] != "invoice":
        raise resource_missing("invoice", id_)
    return invoice
