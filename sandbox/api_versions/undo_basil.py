"""Undoes the changes of 2025-03-31.basil: before it, invoices, charges and subscriptions named each other."""

from typing import Any

from sandbox.lifecycle.catalogue import plan_of
from sandbox.state.store import Object
from sandbox.world import World


def undo_basil(world: World, obj: Object) -> Object:
    """The object in the shape of 2024-06-20."""
    downgrade = {
        "charge": _charge,
        "checkout.session": _session,
        "dispute": _dispute,
        "invoice": _invoice,
        "payment_intent": _intent,
        "subscription": _subscription,
    }.get(obj["object"])
    return downgrade(world, obj) if downgrade else obj


def _invoice_of(world: World, intent_id: str | None) -> str | None:
    intent = world.store.find(intent_id or "")
    return intent.get("_invoice") if intent else None


def _charge(world: World, charge: Object) -> Object:
    return {**charge, "invoice": _invoice_of(world, charge["payment_intent"])}


def _intent(world: World, intent: Object) -> Object:
    return {**intent, "invoice": _invoice_of(world, intent["id"])}


def _session(_world: World, session: Object) -> Object:
    for name in ("adaptive_pricing", "collected_information", "permissions", "wallet_options"):
        session.pop(name, None)
    details = session["customer_details"]
    if details is not None:
        kept = ("address", "email", "name", "phone", "tax_exempt", "tax_ids")
        session["customer_details"] = {name: details[name] for name in kept}
    return {**session, "shipping_details": None}


def _dispute(_world: World, dispute: Object) -> Object:
    dispute.pop("enhanced_eligibility_types", None)
    for group, inner in (("evidence", "enhanced_evidence"), ("evidence_details", "enhanced_eligibility")):
        dispute[group] = {name: value for name, value in dispute[group].items() if name != inner}
    return dispute


def _subscription(_world: World, subscription: Object) -> Object:
    items = [_item(item) for item in subscription["items"]["data"]]
    first = subscription["items"]["data"][0]
    return {
        **subscription,
        "current_period_end": first["current_period_end"],
        "current_period_start": first["current_period_start"],
        "discount": None,
        "items": {**subscription["items"], "data": items},
        "plan": plan_of(first["price"]),
        "quantity": first["quantity"],
    }


def _item(item: Object) -> Object:
    return {name: value for name, value in item.items() if not name.startswith("current_period")}


def _invoice(world: World, invoice: Object) -> Object:
    parent = invoice.pop("parent")["subscription_details"]
    payment = world.store.find(world.store.get(invoice["id"]).get("_intent", "")) if "id" in invoice else None
    lines = [_line(world, line) for line in invoice["lines"]["data"]]
    invoice.pop("total_taxes", None)
    return {
        **invoice,
        "charge": payment["latest_charge"] if payment else None,
        "discount": None,
        "lines": {**invoice["lines"], "data": lines},
        "paid": invoice["status"] == "paid",
        "paid_out_of_band": False,
        "payment_intent": payment["id"] if payment else None,
        "quote": None,
        "subscription": parent["subscription"],
        "subscription_details": {"metadata": parent["metadata"]},
        "tax": None,
        "total_tax_amounts": [],
    }


def _line(world: World, line: Object) -> Object:
    parent: dict[str, Any] = line["parent"]["subscription_item_details"] or {}
    price = world.store.get(line["pricing"]["price_details"]["price"])
    shown = {name: value for name, value in price.items() if not name.startswith("_")}
    kept = {name: value for name, value in line.items() if name not in ("parent", "pricing", "taxes", "subtotal")}
    return {
        **kept,
        "plan": plan_of(price) if price["recurring"] else None,
        "price": shown,
        "proration": False,
        "subscription_item": parent.get("subscription_item"),
        "type": "subscription" if parent else "invoiceitem",
    }
