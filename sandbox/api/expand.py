"""expand[]: replaces ids by their objects, and includes fields that are shown only on request."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.api.errors import invalid_parameter
from sandbox.state.store import Object
from sandbox.world import World, kind_of

MAX_DEPTH = 4

# Kind of object: its fields that hold an id and may be replaced by the object.
EXPANDABLE: dict[str, frozenset[str]] = {
    kind: frozenset(fields.split())
    for kind, fields in {
        "balance_transaction": "source",
        "charge": "application application_fee balance_transaction customer failure_balance_transaction on_behalf_of "
        "payment_intent review source_transfer transfer",
        "checkout.session": "customer invoice payment_intent payment_link setup_intent subscription",
        "customer": "default_source test_clock",
        "dispute": "charge payment_intent",
        "invoice": "account_tax_ids application customer default_payment_method default_source discounts "
        "latest_revision on_behalf_of test_clock",
        "invoice_payment": "invoice",
        "line_item": "discounts subscription",
        "mandate": "payment_method",
        "payment_intent": "application customer latest_charge on_behalf_of payment_method payment_record review source",
        "payment_method": "customer",
        "payout": "application_fee balance_transaction destination failure_balance_transaction original_payout "
        "reversed_by",
        "price": "product",
        "product": "default_price tax_code",
        "refund": "balance_transaction charge customer failure_balance_transaction payment_intent payment_method "
        "source_transfer_reversal transfer_reversal",
        "subscription": "application customer default_payment_method default_source discounts latest_invoice "
        "on_behalf_of pending_setup_intent schedule test_clock",
    }.items()
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
        kind = kind_of(node)
        if polymorphic and step not in node and (kind, step) not in self._includables:
            return
        value = self._expanded(node, step)
        if isinstance(value, list):
            node[step] = [self._element(element, rest) for element in value]
        elif isinstance(value, dict):
            node[step] = self._shown(value)
            if rest:
                self.walk(node[step], rest, polymorphic=(kind, step) in POLYMORPHIC)
        elif value is not None:
            raise self._cannot_expand()

    def _element(self, element: Any, rest: list[str]) -> Any:
        """One element of a list; an id is replaced by its object."""
        if isinstance(element, dict):
            shown = self._shown(element)
        elif isinstance(element, str):
            shown = self._object(element)
        else:
            return element
        if rest:
            self.walk(shown, rest)
        return shown

    def _expanded(self, node: Object, step: str) -> Any:
        """The value of this field; an id is replaced by its object."""
        kind = kind_of(node) or ""
        if (kind, step) in self._includables and not isinstance(node.get(step), dict):
            stored = self._world.store.find(node.get("id", ""))
            if stored is None:  # a snapshot that was never stored: the invoice of invoice.upcoming
                raise self._cannot_expand()
            return self._includables[kind, step](self._world, stored)
        if step not in node:
            if step in EXPANDABLE.get(kind, ()):
                return None
            raise self._cannot_expand()
        value = node[step]
        if value is None or isinstance(value, str):
            if kind in EXPANDABLE and step not in EXPANDABLE[kind]:
                raise self._cannot_expand()
            return value and self._object(value)
        return value

    def _shown(self, value: Object) -> Object:
        """A copy of an object or of a group of fields, such as metadata, whose names are all the caller's."""
        return self._world.show(value) if kind_of(value) else dict(value)

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
