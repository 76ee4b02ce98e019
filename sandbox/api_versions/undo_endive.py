"""Undoes the changes of 2026-09-30.endive and 2026-10-28.endive."""

from sandbox.state.store import Object
from sandbox.world import World

# Kind of object: its fields that came with Endive.
_LATER: dict[str, tuple[str, ...]] = {
    "checkout.session": ("allowed_payment_method_types",),
    "dispute": ("intended_submission_method",),
    "payment_intent": ("payment_record",),
    "product": ("tax_details",),
}


def undo_endive(_world: World, obj: Object) -> Object:
    """The object in the shape of 2026-08-26.dahlia, by the fields of the npm client of that version."""
    downgrade = {"charge": _charge, "dispute": _dispute, "subscription": _subscription}.get(obj["object"])
    kept = _without(obj, *_LATER.get(obj["object"], ()))
    return downgrade(kept) if downgrade else kept


def _charge(charge: Object) -> Object:
    details = charge["payment_method_details"]
    if "card" not in details:
        return charge
    card = _without(details["card"], "electronic_commerce_indicator")
    return {**charge, "payment_method_details": {**details, "card": card}}


def _dispute(dispute: Object) -> Object:
    """Dahlia has no appeals: such a dispute is lost."""
    details = _without(dispute["evidence_details"], "submission_method")
    status = "lost" if dispute["status"].startswith("appeal_") else dispute["status"]
    return {**dispute, "evidence_details": details, "status": status}


def _subscription(subscription: Object) -> Object:
    items = [_without(item, "current_trial") for item in subscription["items"]["data"]]
    end = _without(subscription["trial_settings"]["end_behavior"], "billing_cycle_anchor")
    return {**subscription, "items": {**subscription["items"], "data": items}, "trial_settings": {"end_behavior": end}}


def _without(group: Object, *names: str) -> Object:
    return {name: value for name, value in group.items() if name not in names}
