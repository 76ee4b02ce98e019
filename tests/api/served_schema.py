"""Checks an answer against the OpenAPI document that was served with it: no field more, none less."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

Schema = Mapping[str, Any]
_VALIDATORS: dict[tuple[str, int], Draft202012Validator] = {}


def broken(document: Schema, path: str, status: int, answer: Any) -> list[str]:
    """What is wrong with the answer of an address, by the schema of its status. The document is the same for all."""
    if (path, status) not in _VALIDATORS:
        _VALIDATORS[path, status] = _validator(document, path, status)
    return [str(error) for error in _VALIDATORS[path, status].iter_errors(answer)]


def _validator(document: Schema, path: str, status: int) -> Draft202012Validator:
    [content] = document["paths"][path]["get"]["responses"][str(status)]["content"].values()
    shapes = {name: _closed(shape) for name, shape in document["components"]["schemas"].items()}
    whole = {"components": {"schemas": shapes}, **content["schema"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _closed(shape: Schema) -> Schema:
    """Nothing that it does not describe may stand in an object."""
    return {**shape, "additionalProperties": False} if "properties" in shape else shape
