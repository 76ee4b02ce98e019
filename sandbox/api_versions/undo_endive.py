"""Undoes the changes of 2026-09-30.endive."""

from sandbox.state.store import Object
from sandbox.world import World


def undo_endive(_world: World, obj: Object) -> Object:
    """The object in the shape of 2026-08-26.dahlia, which has no appeals: such a dispute is lost."""
    if obj["object"] == "dispute" and obj["status"].startswith("appeal_"):
        obj["status"] = "lost"
    return obj
