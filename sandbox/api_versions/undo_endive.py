"""Undoes the changes of 2026-09-30.endive and 2026-10-28.endive."""

from sandbox.state.store import Object
from sandbox.world import World


def undo_endive(_world: World, obj: Object) -> Object:
    """The object in the shape of 2026-08-26.dahlia."""
    downgrade = {"charge": _charge, "dispute": _dispute, "payment_intent": _intent}.get(obj["object"])
    return downgrade(obj) if downgrade else obj


def _charge(charge: Object) -> Object:
    details = charge["payment_method_details"]
    if "card" in details:
        card = {name: value for name, value in details["card"].items() if name != "electronic_commerce_indicator"}
        charge["payment_method_details"] = {**details, "card": card}
    return charge


def _dispute(dispute: Object) -> Object:
    """Dahlia has no appeals: such a dispute is lost."""
    dispute.pop("intended_submission_method", None)
    details = dispute["evidence_details"]
    dispute["evidence_details"] = {name: value for name, value in details.items() if name != "submission_method"}
    if dispute["status"].startswith("appeal_"):
        dispute["status"] = "lost"
    return dispute


def _intent(intent: Object) -> Object:
    intent.pop("payment_record", None)
    return intent
