"""Charges: each is one attempt to take money, and its outcome."""

from typing import Any

from sandbox.events import emit_event
from sandbox.lifecycle.balance import write_charge_transaction
from sandbox.lifecycle.object_templates import CHARGE
from sandbox.lifecycle.payment_methods import sample_of
from sandbox.lifecycle.sample_methods import Decline
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World

CHARGE_STATES = state_graph(pending="succeeded failed", succeeded="failed")
"""A bank debit that succeeded may still fail; a card charge that succeeded stays so."""
DISPUTE_AFTER = 3600.0
"""Seconds from a charge to its dispute, with a sample card that disputes."""

_SHOWN = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "regulated_status", "wallet")
_CARD: Object = {
    "amount_authorized": None, "authorization_code": None, "electronic_commerce_indicator": None,
    "installments": None, "mandate": None, "network_token": None,
    "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
    "network_transaction_id": None, "three_d_secure": None, "transaction_link_id": None,
}  # fmt: skip
_APPROVED: Object = {
    "authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": None,
    "result": "authenticated", "result_reason": None, "transaction_id": None, "version": "2.2.0",
}  # fmt: skip
_AUTHORIZED: Object = {
    "advice_code": None, "network_advice_code": None, "network_decline_code": None, "reason": None,
    "network_status": "approved_by_network", "risk_level": "normal", "risk_score": 20,
    "seller_message": "Payment complete.", "type": "authorized",
}  # fmt: skip


def create_charge(
    world: World, intent: Object, method: Object, *, approved: bool = False, mandate: str | None = None
) -> Object:
    """A new pending charge for this intent, with this payment method. `approved`: 3-D Secure was passed."""
    if method["customer"] is None:
        world.store.change(method, _used_up=True)
    charge = CHARGE(
        world.random.new_id("py_" if method["type"] == "bacs_debit" else "ch_"),
        amount=intent["amount"],
        billing_details=method["billing_details"],
        created=world.now,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(method, approved=approved, mandate=mandate),
        receipt_email=intent["receipt_email"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        transfer_group=intent["transfer_group"],
        _number=method["_number"],
    )
    return world.store.add(charge)


def _details(method: Object, *, approved: bool, mandate: str | None) -> dict[str, Any]:
    if method["type"] == "bacs_debit":
        return {"bacs_debit": {**method["bacs_debit"], "mandate": mandate}, "type": "bacs_debit"}
    card = {name: method["card"][name] for name in _SHOWN}
    if approved:
        indicator = _APPROVED["electronic_commerce_indicator"]
        card |= {"electronic_commerce_indicator": indicator, "three_d_secure": dict(_APPROVED)}
    return {"card": {**_CARD, **card, "network": card["brand"]}, "type": "card"}


def succeed_charge(world: World, charge: Object, *, settled: bool) -> None:
    """The charge succeeds. `settled`: its balance transaction is added at once; otherwise a task adds it later."""
    transition(world, charge, CHARGE_STATES, "succeeded", amount_captured=charge["amount"], captured=True, paid=True,
               outcome=dict(_AUTHORIZED))  # fmt: skip
    if settled:
        write_charge_transaction(world, charge)
    emit_event(world, "charge.succeeded", charge)
    if sample_of(charge).dispute_reason:
        world.tasks.schedule(world.clock.now() + DISPUTE_AFTER, "dispute_charge", charge["id"])


def fail_charge(world: World, charge: Object, decline: Decline) -> None:
    """The charge fails, for the bank's reason."""
    outcome = {**_AUTHORIZED, "network_status": "declined_by_network", "reason": decline.decline_code or decline.code,
               "seller_message": "The bank did not return any further details with this decline.",
               "type": "issuer_declined"}  # fmt: skip
    transition(world, charge, CHARGE_STATES, "failed", failure_code=decline.code, failure_message=decline.message,
               outcome=outcome)  # fmt: skip
    emit_event(world, "charge.failed", charge)
