"""Transitions of status: each kind of object has a graph of what may follow what, and `transition` keeps to it."""

from collections.abc import Mapping
from typing import Any

from sandbox.state.store import Object
from sandbox.world import World

StateGraph = Mapping[str, frozenset[str]]


def state_graph(**after: str) -> StateGraph:
    """A graph: `open="complete expired"` says that complete and expired may follow open. Final ones may be left out."""
    next_statuses = {status: frozenset(words.split()) for status, words in after.items()}
    final = frozenset[str]().union(*next_statuses.values()) - next_statuses.keys()
    return {**next_statuses, **{status: frozenset() for status in final}}


class ForbiddenTransition(Exception):
    """The twin was about to give an object a status that Stripe never would: a bug in the twin."""


def transition(world: World, obj: Object, states: StateGraph, status: str, **fields: Any) -> Object:
    """Set an object's next status, and these other fields; ForbiddenTransition where the graph does not have it."""
    if status not in states[obj["status"]]:
        raise ForbiddenTransition(f"{obj['id']}: {obj['status']} -> {status}")
    return world.store.change(obj, status=status, **fields)
