"""The life of a dispute: the giver's bank takes the money back, we answer, the bank decides.

An inquiry is a question only: no money moves until it becomes a dispute.
"""

from typing import Any

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.events import emit_event
from sandbox.life.blanks_of_money import DISPUTE, EVIDENCE
from sandbox.life.fees import DISPUTE as FEE
from sandbox.life.graphs import graph, move
from sandbox.life.methods import means_of
from sandbox.life.refunds import agree_refund
from sandbox.life.settlement import enter
from sandbox.state.store import Object
from sandbox.world import World

DISPUTE_STATES = graph(
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


def open_dispute(
    world: World, charge: Object, reason: str = "fraudulent", *, inquiry: bool = False, amount: int | None = None
) -> Object:
    """The giver tells their bank that something is wrong with this charge, or with a part of it."""
    if charge["status"] != "succeeded" or charge.get("_dispute") or charge["refunded"]:
        raise invalid_request(f"Charge {charge['id']} cannot be disputed.")
    dispute = DISPUTE(
        world.random.new_id("du_"),
        amount=charge["amount"] - charge["amount_refunded"] if amount is None else amount,
        charge=charge["id"],
        created=world.now,
        currency=charge["currency"],
        evidence_details={"due_by": world.now + ANSWER_WITHIN, "enhanced_eligibility": {}, "has_evidence": False,
                          "past_due": False, "submission_count": 0},
        is_charge_refundable=inquiry,
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )  # fmt: skip
    if means_of(charge).kind == "card":
        face = {"brand": charge["payment_method_details"]["card"]["brand"], "network": "visa",
                "network_reason_code": "10.4", "case_type": "inquiry" if inquiry else "chargeback"}  # fmt: skip
        dispute["payment_method_details"] = {"card": face, "type": "card"}
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
    """Out (-1) with the fee, or back (+1) with the fee given back; a part comes back without it."""
    category = "dispute" if direction < 0 else "dispute_reversal"
    text = f"Chargeback {'withdrawal' if direction < 0 else 'reversal'} for {dispute['charge']}"
    amount, fee = (dispute["amount"], -direction * FEE) if part is None else (part, 0)
    entry = enter(world, dispute, "adjustment", direction * amount, fee, reporting_category=category, description=text)
    world.store.change(dispute, balance_transactions=[*dispute["balance_transactions"], entry])
    world.store.change(world.store.get(dispute["charge"]), _charged_back=direction < 0)


def dispute_in_time(world: World, charge_id: str) -> None:
    """What a card that disputes does, some time after it was charged."""
    charge = world.store.get(charge_id)
    reason = means_of(charge).disputed or "fraudulent"
    if charge["refunded"] or charge.get("_dispute"):
        return
    inquiry = reason == "inquiry"
    open_dispute(world, charge, "general" if inquiry else reason, inquiry=inquiry)


def escalate(world: World, dispute: Object) -> Object:
    """The question becomes a dispute: now the money goes."""
    before = dispute["status"]
    _plan(world, dispute, ANSWER_WITHIN)
    move(world, dispute, DISPUTE_STATES, "needs_response", is_charge_refundable=False)
    _move_money(world, dispute, -1)
    emit_event(world, "charge.dispute.updated", dispute, {"status": before})
    emit_event(world, "charge.dispute.funds_withdrawn", dispute, {"balance_transactions": []})
    return dispute


def answer(world: World, dispute: Object, asked: dict[str, Any]) -> Object:
    """Keep our evidence; `submit` sends it to the bank, which then thinks."""
    given = {name: text or None for name, text in asked.get("evidence", {}).items()}
    evidence = {**dispute["evidence"], **given}
    has_evidence = any(evidence[name] for name in EVIDENCE)
    before = {"evidence": dispute["evidence"], "status": dispute["status"]}
    details = {**dispute["evidence_details"], "has_evidence": has_evidence}
    world.store.change(dispute, evidence=evidence, evidence_details=details)
    if asked.get("submit"):
        submit(world, dispute)
    emit_event(world, "charge.dispute.updated", dispute, before)
    return dispute


def submit(world: World, dispute: Object) -> None:
    """Send the evidence to the bank."""
    next_status = {"warning_needs_response": "warning_under_review", "needs_response": "under_review",
                   "appeal_needs_response": "appeal_under_review"}.get(dispute["status"])  # fmt: skip
    if next_status is None:
        raise invalid_request(f"This dispute is {dispute['status']}: evidence is no longer accepted.")
    details = dispute["evidence_details"]
    details = {**details, "submission_count": details["submission_count"] + 1, "has_evidence": True}
    move(world, dispute, DISPUTE_STATES, next_status, evidence_details=details)
    _plan(world, dispute, REVIEW_TAKES)


def _plan(world: World, dispute: Object, seconds: int) -> None:
    world.tasks.cancel(dispute["id"])
    world.tasks.schedule(world.now + seconds, "dispute_is_due", dispute["id"])


def dispute_is_due(world: World, dispute_id: str) -> None:
    """Time is up: the bank decides, by the words of our evidence (Stripe's own test words), or by our silence."""
    dispute = world.store.get(dispute_id)
    if dispute["status"].startswith("warning"):
        close_inquiry(world, dispute)
    else:
        won = dispute["status"].endswith("under_review") and _convincing(dispute)
        decide(world, dispute, won=won)


def _convincing(dispute: Object) -> bool:
    return "winning_evidence" in str(dispute["evidence"]["uncategorized_text"])


def close_inquiry(world: World, dispute: Object) -> Object:
    """The question was answered, or forgotten."""
    world.tasks.cancel(dispute["id"])
    before = dispute["status"]
    move(world, dispute, DISPUTE_STATES, "warning_closed")
    emit_event(world, "charge.dispute.closed", dispute, {"status": before})
    return dispute


def prevent(world: World, dispute: Object) -> Object:
    """We refund what was asked about, so that no dispute comes of it."""
    world.tasks.cancel(dispute["id"])
    move(world, dispute, DISPUTE_STATES, "prevented")
    agree_refund(world, {"charge": dispute["charge"]})
    emit_event(world, "charge.dispute.closed", dispute, {"status": "warning_needs_response"})
    return dispute


def decide(world: World, dispute: Object, *, won: bool, part: int | None = None) -> Object:
    """The bank's word. If it is for us, the money and the fee come back, or a part of the money."""
    world.tasks.cancel(dispute["id"])
    before = dispute["status"]
    move(world, dispute, DISPUTE_STATES, "won" if won else "lost")
    if won:
        _move_money(world, dispute, 1, part)
        emit_event(world, "charge.dispute.funds_reinstated", dispute)
    emit_event(world, "charge.dispute.closed", dispute, {"status": before})
    return dispute


def appeal(world: World, dispute: Object) -> Object:
    """A lost dispute is opened once more: lost need not be final."""
    move(world, dispute, DISPUTE_STATES, "appeal_needs_response")
    _plan(world, dispute, ANSWER_WITHIN)
    emit_event(world, "charge.dispute.updated", dispute, {"status": "lost"})
    return dispute


def the_dispute(world: World, id_: str) -> Object:
    """The dispute of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "dispute":
        raise resource_missing("dispute", id_)
    return found
