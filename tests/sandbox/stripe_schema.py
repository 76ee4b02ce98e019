"""A small validator: whether an object keeps to Stripe's published schema."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "data" / "stripe-schema-2026-08-26.json"
SCHEMAS: dict[str, Any] = json.loads(_FILE.read_text())["components"]["schemas"]
_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}

# Fields and values of Endive (2026-10-28) that Dahlia (2026-08-26), whose schema this is, does not have.
NEWER: dict[str, str] = {
    "dispute.status: 'appeal_needs_response'": "appeals came with Endive",
    "dispute.status: 'appeal_under_review'": "appeals came with Endive",
    "invoice.id: is missing": "the invoice of invoice.upcoming has no id",
    "product.attributes": "still sent, no longer described",
    "product.type": "still sent, no longer described",
    "charge.source": "still sent, no longer described",
    "payment_intent.source": "still sent, no longer described",
}

# The extract lost its descriptions, and with them the fields of this name.
LOST = "description"


def faults(value: Any, kind: str) -> list[str]:
    """Each way in which an object does not keep to the schema of its kind, as a sentence."""
    return [fault for fault in _check(value, SCHEMAS[kind], kind) if not fault.startswith(tuple(NEWER))]


def _check(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if value is None:
        if not schema.get("nullable"):
            yield f"{path}: must not be null"
    elif "$ref" in schema:
        yield from _check(value, SCHEMAS[schema["$ref"].rsplit("/", 1)[1]], path)
    elif "anyOf" in schema:
        tried = [list(_check(value, choice, path)) for choice in schema["anyOf"]]
        yield from min(tried, key=len)
    else:
        yield from _check_plain(value, schema, path)


def _check_plain(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    wanted = schema.get("type", "object")
    if not _is(wanted, value):
        yield f"{path}: {value!r} is not of type {wanted}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    elif wanted == "array":
        for element in value:
            yield from _check(element, schema["items"], f"{path}[]")
    elif wanted == "object":
        yield from _check_object(value, schema, path)


def _is(wanted: str, value: Any) -> bool:
    return isinstance(value, _TYPES[wanted]) and not (isinstance(value, bool) and wanted != "boolean")


def _check_object(value: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[str]:
    properties = schema.get("properties")
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}.{name}: is missing"
    for name, inner in value.items():
        if properties is None:
            other = schema.get("additionalProperties")
            if isinstance(other, dict):
                yield from _check(inner, other, f"{path}.{name}")
        elif name in properties:
            yield from _check(inner, properties[name], f"{path}.{name}")
        elif name != LOST:
            yield f"{path}.{name}: is not in the schema"
