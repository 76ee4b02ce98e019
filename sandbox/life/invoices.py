"""The life of an invoice: drafted for a period, finalized, paid, or never paid."""

from collections.abc import Sequence
from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.api.lists import list_object
from sandbox.events import emit_event
from sandbox.life.blanks_of_giving import INVOICE, INVOICE_LINE, INVOICE_PAYMENT
from sandbox.life.customers import number_next_invoice
from sandbox.life.graphs import graph, move
from sandbox.life.intents import abandon
from sandbox.state.store import Object
from sandbox.world import World

INVOICE_STATES = graph(draft="open void", open="paid uncollectible void", uncollectible="paid void")
INVOICE_PAYMENT_STATES = graph(open="paid canceled")


def draft(world: World, subscription: Object, reason: str, once: Sequence[Object] = ()) -> Object:
    """An invoice for the subscription's current period; `once` are lines of a session that do not come again."""
    id_ = world.random.new_id("in_")
    invoice = compose(world, subscription, reason, id_, once)
    world.store.add(invoice)
    world.store.change(subscription, latest_invoice=id_)
    emit_event(world, "invoice.created", invoice)
    return invoice


def compose(world: World, subscription: Object, reason: str, id_: str, once: Sequence[Object] = ()) -> Object:
    """What the invoice of the current period says; kept by nobody yet."""
    customer = world.store.get(subscription["customer"])
    lines = [_line(world, id_, subscription, item) for item in subscription["items"]["data"]]
    lines += [_line_once(world, id_, line) for line in once]
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
    of_item = {"invoice_item": None, "proration": False, "proration_details": {"credited_items": None},
               "subscription": subscription["id"], "subscription_item": item["id"]}  # fmt: skip
    return INVOICE_LINE(
        world.random.new_id("il_"),
        amount=amount,
        currency=price["currency"],
        description=f"{item['quantity']} x {world.store.get(price['product'])['name']}",
        invoice=invoice_id,
        metadata=dict(subscription["metadata"]),
        parent={"invoice_item_details": None, "subscription_item_details": of_item,
                "type": "subscription_item_details"},
        period={"end": item["current_period_end"], "start": item["current_period_start"]},
        pricing={"price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
                 "unit_amount_decimal": price["unit_amount_decimal"]},
        quantity=item["quantity"],
        subscription=subscription["id"],
        subtotal=amount,
    )  # fmt: skip


def _line_once(world: World, invoice_id: str, line: Object) -> Object:
    price = line["price"]
    of_item = {
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
        parent={"invoice_item_details": of_item, "subscription_item_details": None, "type": "invoice_item_details"},
        period={"end": world.now, "start": world.now},
        pricing={"price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
                 "unit_amount_decimal": price["unit_amount_decimal"]},
        quantity=line["quantity"],
        subscription=None,
        subtotal=line["amount_total"],
    )  # fmt: skip


def finalize(world: World, invoice: Object) -> Object:
    """It has a number now, and can be paid."""
    number = number_next_invoice(world, world.store.get(invoice["customer"]))
    move(world, invoice, INVOICE_STATES, "open", number=number, effective_at=world.now, ending_balance=0,
         automatically_finalizes_at=None,
         status_transitions={**invoice["status_transitions"], "finalized_at": world.now})  # fmt: skip
    emit_event(world, "invoice.finalized", invoice)
    return invoice


def bill_through(world: World, invoice: Object, intent: Object) -> Object:
    """The link from an invoice to the intent that is to pay it."""
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


def mark_paid(world: World, invoice: Object) -> Object:
    """The money has come; told in three events, as Stripe tells it."""
    payment = world.store.get(invoice["_payment"])
    transitions = {**payment["status_transitions"], "paid_at": world.now}
    move(world, payment, INVOICE_PAYMENT_STATES, "paid", amount_paid=invoice["amount_due"],
         status_transitions=transitions)  # fmt: skip
    move(world, invoice, INVOICE_STATES, "paid", amount_paid=invoice["amount_due"], amount_remaining=0, attempted=True,
         attempt_count=max(invoice["attempt_count"], 1), next_payment_attempt=None, auto_advance=False,
         status_transitions={**invoice["status_transitions"], "paid_at": world.now})  # fmt: skip
    emit_event(world, "invoice_payment.paid", payment)
    emit_event(world, "invoice.paid", invoice)
    emit_event(world, "invoice.payment_succeeded", invoice)
    return invoice


def give_up(world: World, invoice: Object) -> Object:
    """Every attempt has failed, or collection is paused: nobody expects this money any more."""
    move(world, invoice, INVOICE_STATES, "uncollectible", next_payment_attempt=None, auto_advance=False,
         status_transitions={**invoice["status_transitions"], "marked_uncollectible_at": world.now})  # fmt: skip
    emit_event(world, "invoice.marked_uncollectible", invoice)
    return invoice


def void(world: World, invoice: Object) -> Object:
    """It was a mistake, or collection is paused: as if it had never been."""
    if "void" not in INVOICE_STATES[invoice["status"]]:
        raise invalid_request(f"You can't void an invoice that is {invoice['status']}.")
    world.tasks.cancel(invoice["id"])
    move(world, invoice, INVOICE_STATES, "void", next_payment_attempt=None, auto_advance=False,
         status_transitions={**invoice["status_transitions"], "voided_at": world.now})  # fmt: skip
    if "_intent" in invoice:
        abandon(world, world.store.get(invoice["_intent"]), "void_invoice")
    emit_event(world, "invoice.voided", invoice)
    return invoice


def payments_of(world: World, invoice: Object) -> Object:
    """The payments of an invoice, for expand[]=payments."""
    found = world.store.select("invoice_payment", "json_extract(body, '$.invoice') = ?", (invoice["id"],))
    shown: list[Any] = [world.show(payment) for payment in found]
    return list_object(shown, f"/v1/invoice_payments?invoice={invoice['id']}")


def the_invoice(world: World, id_: str) -> Object:
    """The invoice of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "invoice":
        raise resource_missing("invoice", id_)
    return found
