"""An event as an endpoint of an older version is told it: each step takes the shape one version back."""

from collections.abc import Callable

from sandbox.state.store import Object
from sandbox.versions.basil import before_basil
from sandbox.versions.dahlia import before_dahlia
from sandbox.versions.endive import before_endive
from sandbox.webhooks.endpoint import VERSIONS
from sandbox.world import World

Step = Callable[[World, Object], Object]

# version -> what to undo, from the newest backwards, to arrive there
STEPS: dict[str, tuple[Step, ...]] = {
    "2026-10-28.endive": (),
    "2026-08-26.dahlia": (before_endive,),
    "2025-03-31.basil": (before_endive, before_dahlia),
    "2024-06-20": (before_endive, before_dahlia, before_basil),
}
assert set(STEPS) == set(VERSIONS)


def told_in(world: World, event: Object, version: str) -> Object:
    """The event in the shape of this version. The steps look up what older shapes repeated from other objects."""
    shape = event["data"]["object"]
    for step in STEPS[version]:
        shape = step(world, dict(shape))
    return {**event, "api_version": version, "data": {**event["data"], "object": shape}}
