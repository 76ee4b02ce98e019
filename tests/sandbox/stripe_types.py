"""The types of Stripe's objects, by its official clients, and whether an object keeps to them.

`NPM` has those of the npm client, extracted into a data file; `PYTHON` those of the installed Python library, read from
its source. Types are written as the npm client has them: `string | null`, `Array<Lines>`; `name?` may be absent.
"""

import ast
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import stripe

Types = Mapping[str, Mapping[str, str]]
"""The groups of fields of one kind of object: the object's own under the empty name, those in it under theirs."""

_FILE = Path(__file__).parent.parent / "data" / "stripe-types-2026-10-28.json"
_DATA: Any = json.loads(_FILE.read_text())
API_VERSION: str = _DATA["api_version"]
NPM: dict[str, Types] = _DATA["kinds"]
# Faults that Stripe's own objects have.
KNOWN = {
    "invoice.id: is missing": "the invoice of invoice.upcoming has no id",
    "product.attributes: is not in the types": "still sent, no longer described",
}
_PRIMITIVES: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "boolean": (bool,)}
_PYTHON_NAMES = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "Decimal": "string"}


def _class_of(kind: str) -> Any:
    if kind == "item":
        return stripe.LineItem
    if kind == "line_item":
        return stripe.InvoiceLineItem
    owner: Any = stripe
    *modules, name = kind.split(".")
    for module in modules:
        owner = getattr(owner, module)
    return getattr(owner, "".join(word.title() for word in name.split("_")))


def _read_class(node: ast.ClassDef, path: str, types: dict[str, dict[str, str]]) -> None:
    inner = {child.name: f"{path}.{child.name}".lstrip(".") for child in node.body if isinstance(child, ast.ClassDef)}
    fields = types[path] = {}
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            _read_class(child, inner[child.name], types)
        elif isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            declared = _declared(child.annotation, inner)
            optional = declared.endswith(" | null")
            if not child.target.id.startswith("_") and child.target.id != "OBJECT_NAME":
                fields[child.target.id + ("?" if optional else "")] = declared


def _declared(node: ast.expr, inner: Mapping[str, str]) -> str:
    """A Python annotation, written as the npm client's types are."""
    if isinstance(node, ast.Constant):
        return _declared(ast.parse(str(node.value), mode="eval").body, inner)
    if not isinstance(node, ast.Subscript):
        name = ast.unparse(node)
        return _PYTHON_NAMES.get(name) or inner.get(name) or name.rpartition(".")[2]
    outer = ast.unparse(node.value).rpartition(".")[2]
    if outer == "Literal":
        return "string"
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    arguments = " | ".join(dict.fromkeys(_declared(part, inner) for part in parts))
    shapes = {"Optional": "{} | null", "List": "Array<{}>", "ListObject": "ApiList<{}>",
              "ExpandableField": "string | {}", "Union": "{}", "ClassVar": "{}"}  # fmt: skip
    return shapes.get(outer, "Map").format(arguments)


def _of_python(kind: str) -> Types:
    tree = ast.parse(inspect.getsource(inspect.getmodule(_class_of(kind)) or stripe))
    name = _class_of(kind).__name__
    types: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            _read_class(node, "", types)
    return types


PYTHON: dict[str, Types] = {kind: _of_python(kind) for kind in NPM}


def type_faults(value: Mapping[str, Any], clients: Mapping[str, Types]) -> list[str]:
    """Each way in which an object does not keep to the types of its kind, as a sentence."""
    kind = value["object"]
    return list(_check_group(value, clients, (kind, ""), kind))


def _check_group(
    value: Mapping[str, Any], clients: Mapping[str, Types], place: tuple[str, str], path: str
) -> Iterator[str]:
    fields = {name.rstrip("?"): declared for name, declared in clients[place[0]][place[1]].items()}
    for name in clients[place[0]][place[1]]:
        if not name.endswith("?") and name not in value:
            yield f"{path}.{name}: is missing"
    for name, inner in value.items():
        if name in fields:
            yield from _check(inner, fields[name], clients, place[0], f"{path}.{name}")
        elif "__getitem__" not in fields:
            yield f"{path}.{name}: is not in the types"


def _check(value: Any, declared: str, clients: Mapping[str, Types], kind: str, path: str) -> Iterator[str]:
    choices = _choices(declared)
    names = [choice for choice in choices if choice[0].isupper() and "<" not in choice]
    wanted = tuple(python for choice in choices for python in _PRIMITIVES.get(choice, ()))
    if value is None:
        if "null" not in choices:
            yield f"{path}: must not be null"
    elif isinstance(value, list):
        yield from _check_list(value, choices, clients, kind, path)
    elif isinstance(value, dict):
        yield from _check_object(value, choices, clients, kind, path)
    elif (wanted or not names) and not _is(value, wanted):
        yield f"{path}: {value!r} is not of type {declared}"


@cache
def _choices(declared: str) -> list[str]:
    return re.findall(r"(?:[^|<]|<.*>)+", declared.replace(" ", ""))


def _is(value: Any, wanted: tuple[type, ...]) -> bool:
    """Whether a value is of one of these types. A bool is no number."""
    return isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))


def _check_list(
    value: list[Any], choices: list[str], clients: Mapping[str, Types], kind: str, path: str
) -> Iterator[str]:
    arrays = [choice for choice in choices if choice.startswith("Array<")]
    if not arrays:
        yield f"{path}: is a list"
        return
    for element in value:
        yield from _check(element, arrays[0][6:-1], clients, kind, f"{path}[]")


def _check_object(
    value: dict[str, Any], choices: list[str], clients: Mapping[str, Types], kind: str, path: str
) -> Iterator[str]:
    groups = [choice for choice in choices if choice in clients[kind] and choice]
    pages = [choice for choice in choices if choice.startswith("ApiList<")]
    if pages:
        yield from (f"{path}.{name}: is missing" for name in ("object", "data", "has_more", "url") if name not in value)
        for element in value.get("data", ()):
            yield from _check(element, pages[0][8:-1], clients, kind, f"{path}.data[]")
    elif groups:
        yield from _check_group(value, clients, (kind, groups[0]), path)
    elif isinstance(value.get("object"), str) and value["object"] in clients:
        yield from _check_group(value, clients, (value["object"], ""), f"{path}({value['object']})")
    elif not any(choice[0].isupper() or choice == "object" for choice in choices):
        yield f"{path}: is a group of fields"
