"""expand[]: replaces ids by their objects, and includes fields that are shown only on request."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.api.errors import invalid_parameter
from sandbox.state.store import Object
from sandbox.world import World

MAX_DEPTH = 4

# Kind of object: its fields that hold an id and may be replaced by the object.
EXPANDABLE: dict[str, frozenset[str]] = {
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

# (kind, field) that may hold objects of several kinds: a further step that only some kinds have skips the others.
POLYMORPHIC = frozenset({("balance_transaction", "source")})

Includable = Callable[[World, Object], Object]
Includables = dict[tuple[str, str], Includable]
"""(kind, field): the function for an includable field, absent unless the caller expands it (a session's line items)."""


def expand(world: World, obj: Object, paths: Sequence[str], includables: Includables) -> Object:
    """A copy of the object with these paths expanded; `data.` goes into every element of a list."""
    shown = world.show(obj)
    for path in paths:
        steps = path.split(".")
        if len([step for step in steps if step != "data"]) > MAX_DEPTH:
            raise invalid_parameter("expand", f"You cannot expand more than {MAX_DEPTH} levels of a property ({path})")
        _Expansion(world, includables, path).walk(shown, steps)
    return shown


class _Expansion:
    """The expansion of one path of an object."""

    def __init__(self, world: World, includables: Includables, path: str) -> None:
        self._world, self._includables, self._path = world, includables, path

    def walk(self, node: Object, steps: list[str], *, polymorphic: bool = False) -> None:
        step, *rest = steps
        if polymorphic and step not in node and (node.get("object"), step) not in self._includables:
            return
        value = self._expanded(node, step)
        if isinstance(value, list):
            node[step] = [self._element(element, rest) for element in value]
        elif isinstance(value, dict):
            node[step] = self._world.show(value)
            if rest:
                self.walk(node[step], rest, polymorphic=(node.get("object"), step) in POLYMORPHIC)
        elif value is not None:
            raise self._cannot_expand()

    def _element(self, element: Any, rest: list[str]) -> Any:
        """One element of a list; an id is replaced by its object."""
        if isinstance(element, dict):
            shown = self._world.show(element)
        elif isinstance(element, str):
            shown = self._object(element)
        else:
            return element
        if rest:
            self.walk(shown, rest)
        return shown

    def _expanded(self, node: Object, step: str) -> Any:
        """The value of this field; an id is replaced by its object."""
        kind = node.get("object", "")
        if (kind, step) in self._includables and not isinstance(node.get(step), dict):
            return self._includables[kind, step](self._world, self._world.store.get(node["id"]))
        if step not in node:
            raise self._cannot_expand()
        value = node[step]
        if value is None or isinstance(value, str):
            if kind in EXPANDABLE and step not in EXPANDABLE[kind]:
                raise self._cannot_expand()
            return value and self._object(value)
        return value

    def _object(self, id_: str) -> Object:
        obj = self._world.store.find(id_)
        if obj is None:
            raise self._cannot_expand()
        return self._world.show(obj)

    def _cannot_expand(self) -> Exception:
        return invalid_parameter(
            "expand",
            f"This property cannot be expanded ({self._path}). You may want to try expanding 'data.{self._path}', or "
            "check the spelling.",
        )
