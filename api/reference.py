"""The reference for people, made of the OpenAPI document: every address and every field in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Schema = Mapping[str, Any]
_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class DescribedField:
    """A parameter or a field of an answer: its name, what it holds, and what it means."""

    name: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class DescribedAddress:
    """An address that programs read. `anchor` is its place on the page."""

    path: str
    anchor: str
    title: str
    words: str
    scope: str
    parameters: Sequence[DescribedField]
    answer: str


@dataclass(frozen=True, slots=True)
class DescribedShape:
    """What an answer is made of."""

    name: str
    words: str
    fields: Sequence[DescribedField]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page."""

    server: str
    addresses: Sequence[DescribedAddress]
    shapes: Sequence[DescribedShape]
    refusals: Mapping[str, str]


def reference_of(schema: Schema) -> Reference:
    """The page of an OpenAPI document."""
    operations = [(path, operation["get"]) for path, operation in schema["paths"].items()]
    addresses = [_address(path, operation) for path, operation in operations]
    shapes = schema["components"]["schemas"]
    responses = operations[0][1]["responses"]
    return Reference(
        schema["servers"][0]["url"],
        addresses,
        [_shape(name, shape) for name, shape in shapes.items() if "properties" in shape],
        {status: response["description"] for status, response in responses.items() if status != "200"},
    )


def _address(path: str, operation: Schema) -> DescribedAddress:
    [[scope]] = operation["security"][0].values()
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return DescribedAddress(
        path,
        quote(path.strip("/").replace("/", "-").replace("{", "").replace("}", "")),
        operation["summary"],
        operation["description"],
        scope,
        [
            DescribedField(
                parameter["name"], _kind(parameter["schema"]).removesuffix(" or null"), parameter.get("description", "")
            )
            for parameter in operation.get("parameters", ())
        ],
        answer.removeprefix(_REF),
    )


def _shape(name: str, shape: Schema) -> DescribedShape:
    fields = [
        DescribedField(field, _kind(described), described.get("description", ""))
        for field, described in shape["properties"].items()
    ]
    return DescribedShape(name, shape.get("description", ""), fields)


def _kind(schema: Schema) -> str:
    """What a value is, in words, such as `text or null`."""
    return " or ".join(dict.fromkeys(_kinds(schema)))


def _kinds(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"].removeprefix(_REF)
    for choice in schema.get("anyOf", ()):
        yield from _kinds(choice)
    if "enum" in schema:
        yield from schema["enum"]
    elif "const" in schema:
        yield schema["const"]
    elif schema.get("type") == "array":
        yield f"list of {_kind(schema['items'])}"
    elif "type" in schema:
        yield _NAMES.get(schema.get("format", "")) or _NAMES.get(schema["type"]) or str(schema["type"])


_NAMES = {
    "string": "text",
    "integer": "whole number",
    "null": "null",
    "date": "day",
    "date-time": "instant",
}
