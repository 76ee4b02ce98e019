"""Form-encoded nested parameters, as Stripe's libraries send them: line_items[0][price_data][currency]=gbp."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.wire.refusals import Refused, RefusedUnread

MOST_FIELDS = 1000
DEEPEST = 12
Form = dict[str, Any]


def _unreadable(name: str) -> Refused:
    return RefusedUnread(f"Invalid request: the parameter name '{name[:100]}' cannot be read.", param=name[:100])


def _path(name: str) -> list[str]:
    """`a[b][0]` is a, b, 0."""
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [head]
    path = [head, *rest[:-1].split("][")]
    if not head or not rest.endswith("]") or len(path) > DEEPEST or any("[" in p or "]" in p for p in path):
        raise _unreadable(name)
    return path


def _put(root: Form, name: str, value: str) -> None:
    node: Any = root
    *way, last = _path(name)
    for part in way:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise _unreadable(name)
    if last == "":  # expand[]=a&expand[]=b, as curl users write
        node.setdefault("", []).append(value)
    else:
        node[last] = value


def _settled(node: Any, name: str) -> Any:
    """Turn numbered fields into lists. Metadata stays as it is: its keys may be numbers."""
    if not isinstance(node, dict):
        return node
    if set(node) == {""}:
        return node[""]
    if node and name != "metadata" and all(key.isascii() and key.isdigit() for key in node):
        return [_settled(node[key], "") for key in sorted(node, key=int)]
    return {key: _settled(value, key) for key, value in node.items()}


def encode(params: Mapping[str, Any]) -> str:
    """The other way: parameters as a form, as Stripe's libraries write them."""
    return urlencode(list(_pairs(params, "")))


def _pairs(params: Mapping[str, Any], inside: str) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        path = f"{inside}[{name}]" if inside else str(name)
        if isinstance(value, list):
            yield from _pairs({str(place): element for place, element in enumerate(value)}, path)
        elif isinstance(value, Mapping):
            yield from _pairs(value, path)
        elif value is not None:
            yield path, str(value).lower() if isinstance(value, bool) else str(value)


def typed_fields(body: bytes, names: tuple[str, ...]) -> dict[str, str]:
    """The named fields of a page's form, each as text; what cannot be read is empty."""
    try:
        form = decode(body[:20_000].decode("utf-8", "replace"))
    except Refused:
        form = {}
    return {name: found if isinstance(found := form.get(name, ""), str) else "" for name in names}


def decode(text: str) -> Form:
    """The parameters of a body or of a query string; every leaf is still text."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as unreadable:
        raise RefusedUnread("Invalid request: the form cannot be read.") from unreadable
    root: Form = {}
    for name, value in pairs:
        _put(root, name, value)
    return {name: _settled(value, name) for name, value in root.items()}
