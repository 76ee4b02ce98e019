"""Form encoding of nested parameters, as Stripe's libraries send them: line_items[0][price_data][currency]=gbp."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.api.errors import ApiError, RejectedRequest

MAX_FIELDS = 1000
MAX_NESTING = 12
Form = dict[str, Any]


def _unreadable(name: str) -> ApiError:
    return RejectedRequest(f"Invalid request: the parameter name '{name[:100]}' cannot be read.", param=name[:100])


def _split_name(name: str) -> list[str]:
    """`a[b][0]` is a, b, 0; rejected where brackets do not match or there are too many."""
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [head]
    path = [head, *rest[:-1].split("][")]
    if not head or not rest.endswith("]") or len(path) > MAX_NESTING or any("[" in p or "]" in p for p in path):
        raise _unreadable(name)
    return path


def _set(root: Form, name: str, value: str) -> None:
    node: Any = root
    *groups, last = _split_name(name)
    for part in groups:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            raise _unreadable(name)
    if last == "":  # expand[]=a&expand[]=b, as curl users write
        node.setdefault("", []).append(value)
    else:
        node[last] = value


def _with_lists(node: Any, name: str) -> Any:
    """The same with lists for groups of numbered fields. Metadata stays a group: its keys may be numbers."""
    if not isinstance(node, dict):
        return node
    if set(node) == {""}:
        return node[""]
    if node and name != "metadata" and all(key.isascii() and key.isdigit() for key in node):
        return [_with_lists(node[key], "") for key in sorted(node, key=int)]
    return {key: _with_lists(value, key) for key, value in node.items()}


def encode(params: Mapping[str, Any]) -> str:
    """Parameters as form-encoded text, as Stripe's libraries write them."""
    return urlencode(list(_pairs(params, "")))


def _pairs(params: Mapping[str, Any], group: str) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        path = f"{group}[{name}]" if group else str(name)
        if isinstance(value, list):
            yield from _pairs({str(place): element for place, element in enumerate(value)}, path)
        elif isinstance(value, Mapping):
            yield from _pairs(value, path)
        elif value is not None:
            yield path, str(value).lower() if isinstance(value, bool) else str(value)


def page_form_fields(body: bytes, names: tuple[str, ...]) -> dict[str, str]:
    """These fields of an HTML form, each as text; a field that cannot be read is empty."""
    try:
        form = decode(body[:20_000].decode("utf-8", "replace"))
    except ApiError:
        form = {}
    values = {name: form.get(name, "") for name in names}
    return {name: value if isinstance(value, str) else "" for name, value in values.items()}


def decode(text: str) -> Form:
    """The parameters of a body or of a query string; every value is still text."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as unreadable:
        raise RejectedRequest("Invalid request: the form cannot be read.") from unreadable
    root: Form = {}
    for name, value in pairs:
        _set(root, name, value)
    return {name: _with_lists(value, name) for name, value in root.items()}
