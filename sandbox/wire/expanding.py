"""expand[]: ids replaced by the objects that they stand for, and parts that are shown only on request."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.state.store import Object
from sandbox.wire.refusals import bad_parameter
from sandbox.world import World

DEEPEST = 4

# kind -> fields that hold an id and may be replaced by its object
LINKS: dict[str, frozenset[str]] = {
    "balance_transaction": frozenset({"source"}),
    "charge": frozenset({"balance_transaction", "customer", "failure_balance_transaction", "payment_intent"}),
    "checkout.session": frozenset({"customer", "invoice", "payment_intent", "setup_intent", "subscription"}),
    "customer": frozenset({"default_source"}),
    "dispute": frozenset({"charge", "payment_intent"}),
    "invoice": frozenset({"customer", "default_payment_method"}),
    "invoice_payment": frozenset({"invoice"}),
    "line_item": frozenset({"subscription"}),
    "mandate": frozenset({"payment_method"}),
    "payment_intent": frozenset({"customer", "latest_charge", "payment_method"}),
    "payment_method": frozenset({"customer"}),
    "payout": frozenset({"balance_transaction", "failure_balance_transaction"}),
    "price": frozenset({"product"}),
    "product": frozenset({"default_price"}),
    "refund": frozenset(
        {"balance_transaction", "charge", "customer", "failure_balance_transaction", "payment_intent", "payment_method"}
    ),
    "subscription": frozenset({"customer", "default_payment_method", "latest_invoice"}),
}

# (kind, field) whose object may be of several kinds: a path that only some of them have says nothing of the others
MIXED = frozenset({("balance_transaction", "source")})

Part = Callable[[World, Object], Object]
Parts = dict[tuple[str, str], Part]
"""(kind, field) -> how to make a part that is absent unless it is asked for: a session's line items."""


def expand(world: World, obj: Object, paths: Sequence[str], parts: Parts) -> Object:
    """A copy of the object with these paths expanded; `data.` steps into every element of a list."""
    shown = world.show(obj)
    for path in paths:
        steps = path.split(".")
        if len([step for step in steps if step != "data"]) > DEEPEST:
            raise bad_parameter("expand", f"You cannot expand more than {DEEPEST} levels of a property ({path})")
        _Path(world, parts, path).walk(shown, steps)
    return shown


class _Path:
    """One path on its way through an answer."""

    def __init__(self, world: World, parts: Parts, path: str) -> None:
        self._world, self._parts, self._path = world, parts, path

    def walk(self, node: Object, steps: list[str], *, mixed: bool = False) -> None:
        step, *rest = steps
        if mixed and step not in node and (node.get("object"), step) not in self._parts:
            return
        here = self._opened(node, step)
        if isinstance(here, list):
            node[step] = [self._element(element, rest) for element in here]
        elif isinstance(here, dict):
            node[step] = self._world.show(here)
            if rest:
                self.walk(node[step], rest, mixed=(node.get("object"), step) in MIXED)
        elif here is not None:
            raise self._impossible()

    def _element(self, element: Any, rest: list[str]) -> Any:
        """One part of a list, opened where it is only an id."""
        if isinstance(element, dict):
            shown = self._world.show(element)
        elif isinstance(element, str):
            shown = self._object(element)
        else:
            return element
        if rest:
            self.walk(shown, rest)
        return shown

    def _opened(self, node: Object, step: str) -> Any:
        """What stands at this step; an id is already replaced."""
        kind = node.get("object", "")
        if (kind, step) in self._parts and not isinstance(node.get(step), dict):
            return self._parts[kind, step](self._world, self._world.store.get(node["id"]))
        if step not in node:
            raise self._impossible()
        here = node[step]
        if here is None or isinstance(here, str):
            if kind in LINKS and step not in LINKS[kind]:
                raise self._impossible()
            return here and self._object(here)
        return here

    def _object(self, id_: str) -> Object:
        found = self._world.store.find(id_)
        if found is None:
            raise self._impossible()
        return self._world.show(found)

    def _impossible(self) -> Exception:
        return bad_parameter(
            "expand",
            f"This property cannot be expanded ({self._path}). You may want to try expanding 'data.{self._path}', or "
            "check the spelling.",
        )
