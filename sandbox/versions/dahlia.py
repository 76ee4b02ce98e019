"""What changed after 2025-03-31.basil, up to 2026-03-25.dahlia, undone."""

from sandbox.state.store import Object
from sandbox.world import World

# kind -> fields that came after Basil
_LATER: dict[str, tuple[str, ...]] = {
    "balance_transaction": ("balance_type",),
    "checkout.session": ("customer_account", "origin_context", "branding_settings", "name_collection"),
    "invoice": ("amount_paid_off_stripe", "customer_account"),
    "refund": ("customer", "customer_account", "payment_method", "pending_reason"),
    "subscription": ("billing_mode", "billing_schedules", "customer_account"),
}
_OLD_UI = {"hosted_page": "hosted", "embedded_page": "embedded", "elements": "custom"}


def before_dahlia(_world: World, obj: Object) -> Object:
    """Flexible billing was not told, and the kinds of page had their older names."""
    for name in _LATER.get(obj["object"], ()):
        obj.pop(name, None)
    if obj["object"] == "checkout.session":
        obj["ui_mode"] = _OLD_UI.get(obj["ui_mode"], obj["ui_mode"])
        if obj["submit_type"] == "subscribe":
            obj["submit_type"] = None
    if obj["object"] == "dispute" and obj["status"] == "prevented":
        obj["status"] = "warning_closed"
    return obj
