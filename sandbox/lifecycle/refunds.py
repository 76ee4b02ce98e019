"""Refunds: created, succeeded at once or later, or failed."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.events import emit_event
from sandbox.lifecycle.balance import balance_in, write_balance_transaction
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.exchange_rates import convert_for_settlement
from sandbox.lifecycle.object_templates import REFUND
from sandbox.lifecycle.payment_methods import sample_of
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World

REFUND_STATES = state_graph(pending="succeeded failed canceled", succeeded="failed")
DAY = 86400.0
SUCCEEDS_AFTER, FAILS_AFTER, REFERENCE_AFTER = 3 * DAY, 2 * DAY, 1 * DAY
"""Seconds until a pending refund succeeds, a failing one fails, and the bank's reference is known."""


def create_refund(world: World, params: dict[str, Any]) -> Object:
    """Refund a charge, wholly or in part. While the balance does not cover it the refund is pending."""
    charge = _charge_of(world, params)
    amount = _refund_amount(charge, params.get("amount"))
    sample = sample_of(charge)
    refund = REFUND(
        world.random.new_id("pyr_" if sample.kind == "bacs_debit" else "re_"),
        amount=amount,
        charge=charge["id"],
        created=world.now,
        currency=charge["currency"],
        customer=charge["customer"],
        metadata=merge_metadata({}, params.get("metadata", {})),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=params.get("reason"),
    )
    if sample.kind == "card":
        refund["destination_details"] = {"card": {"type": "refund", "reference_type": "acquirer_reference_number",
                                                  "reference_status": "pending"}, "type": "card"}  # fmt: skip
    world.store.add(refund)
    _add_refunded(world, charge, amount)
    if not _covered_by_balance(world, refund):
        refund["pending_reason"] = "insufficient_funds"
        world.tasks.schedule(world.clock.now() + DAY, "retry_refund", refund["id"])
    else:
        _debit_balance(world, refund, charge)
    emit_event(world, "refund.created", refund)
    emit_event(world, "charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - amount})
    return refund


def _charge_of(world: World, params: dict[str, Any]) -> Object:
    """The charge that the caller names, by its id or its intent's; ApiError where there is none."""
    if ("charge" in params) == ("payment_intent" in params):
        raise missing_parameter("payment_intent")
    name = "charge" if "charge" in params else "payment_intent"
    charge = world.store.find(params[name])
    if charge is not None and charge["object"] == "payment_intent":
        charge = world.store.find(charge["latest_charge"] or "")
    if charge is None or charge["object"] != "charge":
        raise resource_missing(name.replace("_", " "), params[name], param=name, status=400)
    return charge


def _refund_amount(charge: Object, amount: int | None) -> int:
    """The amount to refund, in minor units: all that is left where None is asked for; ApiError where it is too much."""
    left: int = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise invalid_request(f"Charge {charge['id']} has not succeeded.", param="charge")
    if charge["refunded"] or left == 0:
        raise invalid_request(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge.get("_charged_back"):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid_request(message, code="charge_disputed")
    if amount is not None and not 0 < amount <= left:
        raise invalid_request(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    return left if amount is None else amount


def _covered_by_balance(world: World, refund: Object) -> bool:
    """Whether the balance, available and pending, covers the refund."""
    settled = convert_for_settlement(world, refund["amount"], refund["currency"])
    return balance_in(world, settled.currency) >= settled.amount


def _add_refunded(world: World, charge: Object, amount: int) -> None:
    """Add to the charge's refunded amount; a negative amount, in minor units, takes away from it."""
    refunded = charge["amount_refunded"] + amount
    world.store.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])


def _debit_balance(world: World, refund: Object, charge: Object) -> None:
    """Take the refund out of the balance, and schedule its outcome, which the sample method decides."""
    sample = sample_of(charge)
    kind = "payment_refund" if sample.kind == "bacs_debit" else "refund"
    balance_transaction = write_balance_transaction(
        world, refund, kind, -refund["amount"], reporting_category="refund", description="REFUND FOR CHARGE"
    )
    world.store.change(refund, balance_transaction=balance_transaction["id"])
    refund.pop("pending_reason", None)
    if sample.refund_outcome == "waits" or sample.kind == "bacs_debit":
        refund["pending_reason"] = "processing"
        world.tasks.schedule(world.clock.now() + SUCCEEDS_AFTER, "clear_refund", refund["id"])
        return
    transition(world, refund, REFUND_STATES, "succeeded")
    if sample.refund_outcome == "fails":
        world.tasks.schedule(world.clock.now() + FAILS_AFTER, "fail_refund", refund["id"])
    else:
        world.tasks.schedule(world.clock.now() + REFERENCE_AFTER, "trace_refund", refund["id"])


def retry_refund(world: World, refund_id: str) -> None:
    """Scheduled each day for a refund that the balance does not cover: try again."""
    refund = world.store.get(refund_id)
    if refund["status"] != "pending" or refund["balance_transaction"] is not None:
        return
    if not _covered_by_balance(world, refund):
        world.tasks.schedule(world.clock.now() + DAY, "retry_refund", refund_id)
        return
    _debit_balance(world, refund, world.store.get(refund["charge"]))
    emit_event(world, "refund.updated", refund, {"balance_transaction": None, "status": "pending"})


def succeed_refund(world: World, refund_id: str) -> None:
    """Scheduled for a pending refund: it succeeds."""
    refund = world.store.get(refund_id)
    refund.pop("pending_reason", None)
    transition(world, refund, REFUND_STATES, "succeeded")
    emit_event(world, "refund.updated", refund, {"status": "pending"})


def add_refund_reference(world: World, refund_id: str) -> None:
    """Scheduled for a refund to a card: the bank's reference is known, by which the payer's bank can find it."""
    refund = world.store.get(refund_id)
    before = refund["destination_details"]
    card = {**before["card"], "reference": world.random.letters(refund_id, 23), "reference_status": "available"}
    world.store.change(refund, destination_details={**before, "card": card})
    emit_event(world, "refund.updated", refund, {"destination_details": before})


def fail_refund(world: World, refund_id: str) -> Object:
    """A refund fails: its amount returns to the balance, and is no longer refunded on the charge."""
    refund = world.store.get(refund_id)
    world.tasks.cancel(refund_id)
    charge = world.store.get(refund["charge"])
    before = refund["status"]
    refund.pop("pending_reason", None)
    transition(world, refund, REFUND_STATES, "failed", failure_reason="lost_or_stolen_card")
    if refund["balance_transaction"] is not None:
        balance_transaction = write_balance_transaction(
            world, refund, "refund_failure", refund["amount"], description="REFUND FAILURE"
        )
        world.store.change(refund, failure_balance_transaction=balance_transaction["id"])
    _add_refunded(world, charge, -refund["amount"])
    emit_event(world, "refund.updated", refund, {"status": before})
    emit_event(world, "refund.failed", refund, {"status": before})
    emit_event(world, "charge.refund.updated", refund, {"status": before})
    return refund


def cancel_refund(world: World, refund: Object) -> Object:
    """Cancel a refund that was not taken out of the balance yet."""
    if refund["status"] != "pending" or refund["balance_transaction"] is not None:
        raise invalid_request("Only a refund that has not yet left the balance can be canceled.")
    world.tasks.cancel(refund["id"])
    refund.pop("pending_reason", None)
    transition(world, refund, REFUND_STATES, "canceled")
    _add_refunded(world, world.store.get(refund["charge"]), -refund["amount"])
    emit_event(world, "refund.updated", refund, {"status": "pending"})
    return refund
