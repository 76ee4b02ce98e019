"""The life of a charge: one attempt to take money, and what came of it."""

from typing import Any

from sandbox.events import emit_event
from sandbox.life.blanks import CHARGE
from sandbox.life.graphs import graph, move
from sandbox.life.means import Decline
from sandbox.life.methods import means_of
from sandbox.life.settlement import enter_charge
from sandbox.state.store import Object
from sandbox.world import World

CHARGE_STATES = graph(pending="succeeded failed", succeeded="failed")
"""A card's success is final; a debit's is not."""
DISPUTED_AFTER = 3600.0
"""Seconds until the owner of a card that disputes does so."""

_SHOWN = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "regulated_status", "wallet")
_CARD: Object = {
    "amount_authorized": None, "authorization_code": None, "installments": None, "mandate": None, "network_token": None,
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


def begin_charge(
    world: World, intent: Object, method: Object, *, approved: bool = False, mandate: str | None = None
) -> Object:
    """An attempt on this intent with this payment method; its outcome is still open."""
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
    face = {name: method["card"][name] for name in _SHOWN}
    secure = dict(_APPROVED) if approved else None
    return {"card": {**_CARD, **face, "network": face["brand"], "three_d_secure": secure}, "type": "card"}


def charge_succeeds(world: World, charge: Object, *, settled: bool) -> None:
    """The money is ours. Its balance transaction is there at once (`settled`), or follows a moment later."""
    move(world, charge, CHARGE_STATES, "succeeded", amount_captured=charge["amount"], captured=True, paid=True,
         outcome=dict(_AUTHORIZED))  # fmt: skip
    if settled:
        enter_charge(world, charge)
    emit_event(world, "charge.succeeded", charge)
    if means_of(charge).disputed:
        world.tasks.schedule(world.clock.now() + DISPUTED_AFTER, "dispute_charge", charge["id"])


def charge_fails(world: World, charge: Object, why: Decline) -> None:
    """The bank said no."""
    outcome = {**_AUTHORIZED, "network_status": "declined_by_network", "reason": why.decline_code or why.code,
               "seller_message": "The bank did not return any further details with this decline.",
               "type": "issuer_declined"}  # fmt: skip
    move(world, charge, CHARGE_STATES, "failed", failure_code=why.code, failure_message=why.message, outcome=outcome)
    emit_event(world, "charge.failed", charge)
