"""Undoes the changes after 2025-03-31.basil, up to 2026-03-25.dahlia."""

from sandbox.state.store import Object
from sandbox.world import World

# Kind of object: its fields that came after Basil.
_LATER: dict[str, tuple[str, ...]] = {
    "balance_transaction": ("balance_type",),
    "checkout.session": ("customer_account", "origin_context", "branding_settings", "name_collection"),
    "invoice": ("amount_paid_off_stripe", "customer_account"),
    "refund": ("customer", "customer_account", "payment_method", "pending_reason"),
    "subscription": ("billing_mode", "billing_schedules", "customer_account"),
}
_OLD_UI = {"hosted_page": "hosted", "embedded_page": "embedded", "elements": "custom"}


def undo_dahlia(_world: World, obj: Object) -> Object:
    """The object in the shape of 2025-03-31.basil: without flexible billing, and with older words for `ui_mode`."""
    for name in _LATER.get(obj["object"], ()):
        obj.pop(name, None)
    if obj["object"] == "checkout.session":
        obj["ui_mode"] = _OLD_UI.get(obj["ui_mode"], obj["ui_mode"])
        if obj["submit_type"] == "subscribe":
            obj["submit_type"] = None
    if obj["object"] == "dispute" and obj["status"] == "prevented":
        obj["status"] = "warning_closed"
    return obj
