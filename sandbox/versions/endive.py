"""What changed with 2026-09-30.endive, undone."""

from sandbox.state.store import Object
from sandbox.world import World


def before_endive(_world: World, obj: Object) -> Object:
    """Appeals of lost disputes did not exist: the bank's word was final."""
    if obj["object"] == "dispute" and obj["status"].startswith("appeal_"):
        obj["status"] = "lost"
    return obj
