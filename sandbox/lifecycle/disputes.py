"""Disputes: the payer's bank takes the money back, the account submits evidence, the bank decides.

An inquiry (its status begins with `warning`) moves no money until it is escalated to a dispute.
"""

from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.events import emit_event
from sandbox.lifecycle.balance import write_balance_transaction
from sandbox.lifecycle.exchange_rates import SETTLEMENT_CURRENCIES
from sandbox.lifecycle.fees import DISPUTE_FEE
from sandbox.lifecycle.object_templates import DISPUTE, EVIDENCE
from sandbox.lifecycle.payment_methods import sample_of
from sandbox.lifecycle.refunds import create_refund
from sandbox.lifecycle.transitions import state_graph, transition
from sandbox.state.store import Object
from sandbox.world import World

DISPUTE_STATES = state_graph(
    warning_needs_response="warning_under_review warning_closed needs_response prevented",
    warning_under_review="warning_closed needs_response",
    needs_response="under_review won lost",
    under_review="won lost",
    lost="appeal_needs_response",
    appeal_needs_response="appeal_under_review lost",
    appeal_under_review="won lost",
)
DAY = 86400
ANSWER_WITHIN, REVIEW_TAKES, INQUIRY_ENDS = 9 * DAY, 30 * DAY, 60 * DAY
"""Seconds for the evidence, for the bank's review of it, and until an inquiry is closed."""


def open_dispute(
    world: World, charge: Object, reason: str = "fraudulent", *, inquiry: bool = False, amount: int | None = None
) -> Object:
    """A new dispute, or inquiry, of a charge. `amount` is in minor units; None disputes all that is not refunded."""
    if charge["status"] != "succeeded" or charge.get("_dispute") or charge["refunded"]:
        raise invalid_request(f"Charge {charge['id']} cannot be disputed.")
    dispute = DISPUTE(
        world.random.new_id("du_"),
        amount=charge["amount"] - charge["amount_refunded"] if amount is None else amount,
        charge=charge["id"],
        created=world.now,
        currency=charge["currency"],
        evidence_details={"due_by": world.now + ANSWER_WITHIN, "enhanced_eligibility": {}, "has_evidence": False,
                          "past_due": False, "submission_count": 0, "submission_method": "not_submitted"},
        is_charge_refundable=inquiry,
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )  # fmt: skip
    if sample_of(charge).kind == "card":
        card = {"brand": charge["payment_method_details"]["card"]["brand"], "network": "visa",
                "network_reason_code": "10.4", "case_type": "inquiry" if inquiry else "chargeback"}  # fmt: skip
        dispute["payment_method_details"] = {"card": card, "type": "card"}
    world.store.add(dispute)
    world.store.change(charge, disputed=True, _dispute=dispute["id"])
    world.tasks.schedule(world.now + (INQUIRY_ENDS if inquiry else ANSWER_WITHIN), "dispute_is_due", dispute["id"])
    if not inquiry:
        _move_money(world, dispute, -1)
    emit_event(world, "charge.dispute.created", dispute)
    if not inquiry:
        emit_event(world, "charge.dispute.funds_withdrawn", dispute, {"balance_transactions": []})
    return dispute


def _move_money(world: World, dispute: Object, direction: int, part: int | None = None) -> None:
    """Withdraw the amount and the fee (-1), or reinstate both (+1); `part`, in minor units, returns without the fee."""
    category = "dispute" if direction < 0 else "dispute_reversal"
    description = f"Chargeback {'withdrawal' if direction < 0 else 'reversal'} for {dispute['charge']}"
    amount, fee = (dispute["amount"], -direction * DISPUTE_FEE) if part is None else (part, 0)
    balance_transaction = write_balance_transaction(
        world, dispute, "adjustment", direction * amount, fee, reporting_category=category, description=description
    )
    _list_move(world, dispute, balance_transaction, direction * amount)
    world.store.change(world.store.get(dispute["charge"]), _charged_back=direction < 0)


def _list_move(world: World, dispute: Object, balance_transaction: Object, moved: int) -> None:
    """`moved`: minor units of the dispute's currency, which Stripe does not say; tests compare books with it."""
    world.store.change(
        dispute,
        balance_transactions=[*dispute["balance_transactions"], balance_transaction],
        _moved={**dispute.get("_moved", {}), balance_transaction["id"]: moved},
    )


def correct_exchange(world: World, dispute: Object, amount: int) -> Object:
    """Correct what a dispute's exchange took, by minor units of the settlement currency: nothing is exchanged again."""
    source = {"id": dispute["id"], "currency": SETTLEMENT_CURRENCIES[0]}
    category = "dispute" if amount < 0 else "dispute_reversal"
    balance_transaction = write_balance_transaction(
        world, source, "adjustment", amount, reporting_category=category, description="Exchange rate correction"
    )
    _list_move(world, dispute, balance_transaction, 0)
    emit_event(world, "charge.dispute.updated", dispute, {"balance_transactions": []})
    return dispute


def dispute_charge(world: World, charge_id: str) -> None:
    """Scheduled for a charge by a sample card that disputes: open the dispute, unless the charge was refunded."""
    charge = world.store.get(charge_id)
    reason = sample_of(charge).dispute_reason or "fraudulent"
    if charge["refunded"] or charge.get("_dispute"):
        return
    inquiry = reason == "inquiry"
    open_dispute(world, charge, "general" if inquiry else reason, inquiry=inquiry)


def escalate(world: World, dispute: Object) -> Object:
    """An inquiry becomes a dispute: money and fee are withdrawn."""
    before = dispute["status"]
    _schedule_deadline(world, dispute, ANSWER_WITHIN)
    transition(world, dispute, DISPUTE_STATES, "needs_response", is_charge_refundable=False)
    _move_money(world, dispute, -1)
    emit_event(world, "charge.dispute.updated", dispute, {"status": before})
    emit_event(world, "charge.dispute.funds_withdrawn", dispute, {"balance_transactions": []})
    return dispute


def update_evidence(world: World, dispute: Object, params: dict[str, Any]) -> Object:
    """Save evidence; `submit` in the parameters also submits it to the bank."""
    new_evidence = {name: text or None for name, text in params.get("evidence", {}).items()}
    evidence = {**dispute["evidence"], **new_evidence}
    has_evidence = any(evidence[name] for name in EVIDENCE)
    before = {"evidence": dispute["evidence"], "status": dispute["status"]}
    details = {**dispute["evidence_details"], "has_evidence": has_evidence}
    world.store.change(dispute, evidence=evidence, evidence_details=details)
    if params.get("submit"):
        submit_evidence(world, dispute)
    emit_event(world, "charge.dispute.updated", dispute, before)
    return dispute


def submit_evidence(world: World, dispute: Object) -> None:
    """Submit the evidence to the bank, which reviews it; ApiError where evidence is no longer accepted."""
    next_status = {"warning_needs_response": "warning_under_review", "needs_response": "under_review",
                   "appeal_needs_response": "appeal_under_review"}.get(dispute["status"])  # fmt: skip
    if next_status is None:
        raise invalid_request(f"This dispute is {dispute['status']}: evidence is no longer accepted.")
    details = dispute["evidence_details"]
    details = {**details, "submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    transition(world, dispute, DISPUTE_STATES, next_status, evidence_details=details)
    _schedule_deadline(world, dispute, REVIEW_TAKES)


def _schedule_deadline(world: World, dispute: Object, seconds: int) -> None:
    world.tasks.cancel(dispute["id"])
    world.tasks.schedule(world.now + seconds, "dispute_is_due", dispute["id"])


def decide_by_deadline(world: World, dispute_id: str) -> None:
    """Scheduled for the deadline: an inquiry closes; a dispute is won where Stripe's test word is in the evidence."""
    dispute = world.store.get(dispute_id)
    if dispute["status"].startswith("warning"):
        close_inquiry(world, dispute)
    else:
        won = dispute["status"].endswith("under_review") and _evidence_wins(dispute)
        decide(world, dispute, won=won)


def _evidence_wins(dispute: Object) -> bool:
    return "winning_evidence" in str(dispute["evidence"]["uncategorized_text"])


def close_inquiry(world: World, dispute: Object) -> Object:
    """Close an inquiry: no dispute follows."""
    world.tasks.cancel(dispute["id"])
    before = dispute["status"]
    transition(world, dispute, DISPUTE_STATES, "warning_closed")
    emit_event(world, "charge.dispute.closed", dispute, {"status": before})
    return dispute


def prevent(world: World, dispute: Object) -> Object:
    """Refund the charge of an inquiry, so that no dispute follows."""
    world.tasks.cancel(dispute["id"])
    transition(world, dispute, DISPUTE_STATES, "prevented")
    create_refund(world, {"charge": dispute["charge"]})
    emit_event(world, "charge.dispute.closed", dispute, {"status": "warning_needs_response"})
    return dispute


def decide(world: World, dispute: Object, *, won: bool, part: int | None = None) -> Object:
    """The bank decides. Where the dispute is won, amount and fee return, or only `part` (minor units) of the amount."""
    world.tasks.cancel(dispute["id"])
    before = dispute["status"]
    transition(world, dispute, DISPUTE_STATES, "won" if won else "lost")
    if won:
        _move_money(world, dispute, 1, part)
        emit_event(world, "charge.dispute.funds_reinstated", dispute)
    emit_event(world, "charge.dispute.closed", dispute, {"status": before})
    return dispute


def appeal(world: World, dispute: Object) -> Object:
    """Appeal a lost dispute: evidence may be submitted once more."""
    transition(world, dispute, DISPUTE_STATES, "appeal_needs_response")
    _schedule_deadline(world, dispute, ANSWER_WITHIN)
    emit_event(world, "charge.dispute.updated", dispute, {"status": "lost"})
    return dispute


def get_dispute(world: World, id_: str) -> Object:
    """The dispute of this id; ApiError where there is none."""
    dispute = world.store.find(id_)
    if dispute is None or dispute["object"] != "dispute":
        raise resource_missing("dispute", id_)
    return dispute
