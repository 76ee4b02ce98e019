"""The life of a refund: agreed, on its way, arrived, or come back."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.events import emit_event
from sandbox.life.blanks_of_money import REFUND
from sandbox.life.catalogue import labelled
from sandbox.life.exchange import settle_in_held
from sandbox.life.graphs import graph, move
from sandbox.life.methods import means_of
from sandbox.life.settlement import enter, held
from sandbox.state.store import Object
from sandbox.world import World

REFUND_STATES = graph(pending="succeeded failed canceled", succeeded="failed")
DAY = 86400.0
CLEARS_AFTER, FAILS_AFTER, TRACED_AFTER = 3 * DAY, 2 * DAY, 1 * DAY
"""Seconds until a slow refund succeeds, a doomed one fails, and the bank gives it a reference."""


def agree_refund(world: World, asked: dict[str, Any]) -> Object:
    """Send money back, wholly or in part. Without enough in the balance it waits there."""
    charge = _charge_of(world, asked)
    amount = _refundable(charge, asked.get("amount"))
    means = means_of(charge)
    refund = REFUND(
        world.random.new_id("pyr_" if means.kind == "bacs_debit" else "re_"),
        amount=amount,
        charge=charge["id"],
        created=world.now,
        currency=charge["currency"],
        customer=charge["customer"],
        metadata=labelled({}, asked.get("metadata", {})),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=asked.get("reason"),
    )
    if means.kind == "card":
        refund["destination_details"] = {"card": {"type": "refund", "reference_type": "acquirer_reference_number",
                                                  "reference_status": "pending"}, "type": "card"}  # fmt: skip
    world.store.add(refund)
    _count(world, charge, amount)
    if not _affordable(world, refund):
        refund["pending_reason"] = "insufficient_funds"
        world.tasks.schedule(world.clock.now() + DAY, "retry_refund", refund["id"])
    else:
        _leave(world, refund, charge)
    emit_event(world, "refund.created", refund)
    emit_event(world, "charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - amount})
    return refund


def _charge_of(world: World, asked: dict[str, Any]) -> Object:
    if ("charge" in asked) == ("payment_intent" in asked):
        raise missing_parameter("payment_intent")
    name = "charge" if "charge" in asked else "payment_intent"
    found = world.store.find(asked[name])
    if found is not None and found["object"] == "payment_intent":
        found = world.store.find(found["latest_charge"] or "")
    if found is None or found["object"] != "charge":
        raise resource_missing(name.replace("_", " "), asked[name], param=name, status=400)
    return found


def _refundable(charge: Object, asked: int | None) -> int:
    """The amount to send back, or Stripe's reason why not."""
    left: int = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise invalid_request(f"Charge {charge['id']} has not succeeded.", param="charge")
    if charge["refunded"] or left == 0:
        raise invalid_request(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge.get("_charged_back"):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid_request(message, code="charge_disputed")
    if asked is not None and not 0 < asked <= left:
        raise invalid_request(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    return left if asked is None else asked


def _affordable(world: World, refund: Object) -> bool:
    """Whether the balance, available and pending, covers it."""
    settled = settle_in_held(world, refund["amount"], refund["currency"])
    return held(world, settled.currency) >= settled.amount


def _count(world: World, charge: Object, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    world.store.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])


def _leave(world: World, refund: Object, charge: Object) -> None:
    """The money leaves the balance; what becomes of the refund depends on the means."""
    means = means_of(charge)
    kind = "payment_refund" if means.kind == "bacs_debit" else "refund"
    entry = enter(world, refund, kind, -refund["amount"], reporting_category="refund", description="REFUND FOR CHARGE")
    world.store.change(refund, balance_transaction=entry["id"])
    refund.pop("pending_reason", None)
    if means.refund == "waits" or means.kind == "bacs_debit":
        refund["pending_reason"] = "processing"
        world.tasks.schedule(world.clock.now() + CLEARS_AFTER, "clear_refund", refund["id"])
        return
    move(world, refund, REFUND_STATES, "succeeded")
    if means.refund == "fails":
        world.tasks.schedule(world.clock.now() + FAILS_AFTER, "fail_refund", refund["id"])
    else:
        world.tasks.schedule(world.clock.now() + TRACED_AFTER, "trace_refund", refund["id"])


def retry_refund(world: World, refund_id: str) -> None:
    """A refund that waits for money in the balance looks again each day."""
    refund = world.store.get(refund_id)
    if refund["status"] != "pending" or refund["balance_transaction"] is not None:
        return
    if not _affordable(world, refund):
        world.tasks.schedule(world.clock.now() + DAY, "retry_refund", refund_id)
        return
    _leave(world, refund, world.store.get(refund["charge"]))
    emit_event(world, "refund.updated", refund, {"balance_transaction": None, "status": "pending"})


def clear_refund(world: World, refund_id: str) -> None:
    """A slow refund has arrived."""
    refund = world.store.get(refund_id)
    refund.pop("pending_reason", None)
    move(world, refund, REFUND_STATES, "succeeded")
    emit_event(world, "refund.updated", refund, {"status": "pending"})


def trace_refund(world: World, refund_id: str) -> None:
    """The bank has given the refund a reference by which the giver's bank finds it."""
    refund = world.store.get(refund_id)
    before = refund["destination_details"]
    card = {**before["card"], "reference": world.random.letters(refund_id, 23), "reference_status": "available"}
    world.store.change(refund, destination_details={**before, "card": card})
    emit_event(world, "refund.updated", refund, {"destination_details": before})


def fail_refund(world: World, refund_id: str) -> Object:
    """The giver's bank sends the money back: it is ours again, and the charge is unrefunded by as much."""
    refund = world.store.get(refund_id)
    world.tasks.cancel(refund_id)
    charge = world.store.get(refund["charge"])
    before = refund["status"]
    refund.pop("pending_reason", None)
    move(world, refund, REFUND_STATES, "failed", failure_reason="lost_or_stolen_card")
    if refund["balance_transaction"] is not None:
        entry = enter(world, refund, "refund_failure", refund["amount"], description="REFUND FAILURE")
        world.store.change(refund, failure_balance_transaction=entry["id"])
    _count(world, charge, -refund["amount"])
    emit_event(world, "refund.updated", refund, {"status": before})
    emit_event(world, "refund.failed", refund, {"status": before})
    emit_event(world, "charge.refund.updated", refund, {"status": before})
    return refund


def cancel_refund(world: World, refund: Object) -> Object:
    """A refund that still waits for money in the balance is called off."""
    if refund["status"] != "pending" or refund["balance_transaction"] is not None:
        raise invalid_request("Only a refund that has not yet left the balance can be canceled.")
    world.tasks.cancel(refund["id"])
    refund.pop("pending_reason", None)
    move(world, refund, REFUND_STATES, "canceled")
    _count(world, world.store.get(refund["charge"]), -refund["amount"])
    emit_event(world, "refund.updated", refund, {"status": "pending"})
    return refund
