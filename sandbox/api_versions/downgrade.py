"""Downgrades an event to an older API version: each step undoes the changes of one version."""

from collections.abc import Callable

from sandbox.api_versions.undo_basil import undo_basil
from sandbox.api_versions.undo_dahlia import undo_dahlia
from sandbox.api_versions.undo_endive import undo_endive
from sandbox.state.store import Object
from sandbox.webhooks.endpoint import VERSIONS
from sandbox.world import World

Downgrade = Callable[[World, Object], Object]

# API version: the changes to undo, the newest first, to arrive at it.
DOWNGRADES: dict[str, tuple[Downgrade, ...]] = {
    "2026-10-28.endive": (),
    "2026-08-26.dahlia": (undo_endive,),
    "2025-03-31.basil": (undo_endive, undo_dahlia),
    "2024-06-20": (undo_endive, undo_dahlia, undo_basil),
}
assert set(DOWNGRADES) == set(VERSIONS)


def downgrade_event(world: World, event: Object, version: str) -> Object:
    """The event in the shape of this version. The downgrades look up fields that older shapes copied from elsewhere."""
    obj = event["data"]["object"]
    for downgrade in DOWNGRADES[version]:
        obj = downgrade(world, dict(obj))
    return {**event, "api_version": version, "data": {**event["data"], "object": obj}}
