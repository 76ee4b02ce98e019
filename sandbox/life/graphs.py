"""State graphs: which status may follow which, published by each kind of object and kept by `move`."""

from collections.abc import Mapping
from typing import Any

from sandbox.state.store import Object
from sandbox.world import World

Graph = Mapping[str, frozenset[str]]


def graph(**after: str) -> Graph:
    """`open="complete expired"` says that complete and expired may follow open; ends need no line."""
    steps = {status: frozenset(words.split()) for status, words in after.items()}
    ends = frozenset[str]().union(*steps.values()) - steps.keys()
    return {**steps, **{end: frozenset() for end in ends}}


class NoSuchStep(Exception):
    """The twin was about to do what no Stripe object ever does: a bug of ours."""


def move(world: World, obj: Object, states: Graph, status: str, **fields: Any) -> Object:
    """Bring an object into its next status, along its published graph, with these other fields."""
    if status not in states[obj["status"]]:
        raise NoSuchStep(f"{obj['id']}: {obj['status']} -> {status}")
    return world.store.change(obj, status=status, **fields)
