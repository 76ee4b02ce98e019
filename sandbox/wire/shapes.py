"""What a call accepts: a table of parameters, read strictly. What is not in the table is refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.wire.refusals import Refused, bad_parameter, empty_parameter, missing_parameter, unknown_parameter

LONGEST_TEXT = 5000


class Shape(Protocol):
    """One parameter's form: reads the text of the wire into a value, or refuses it by its name."""

    def read(self, value: Any, name: str) -> Any:
        """The value, or a refusal by name."""


@dataclass(frozen=True)
class Text:
    """Text that is not empty; `unset` lets the empty string through, as the wish to unset."""

    longest: int = LONGEST_TEXT
    unset: bool = False

    def read(self, value: Any, name: str) -> str:
        """The value, or a refusal by name."""
        if not isinstance(value, str):
            raise bad_parameter(name, f"Invalid string: {value}")
        if not value and not self.unset:
            raise empty_parameter(name)
        if len(value) > self.longest:
            message = f"Invalid string: {value[:12]}…; must be at most {self.longest} characters"
            raise bad_parameter(name, message, "parameter_invalid_string")
        return value


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds: an amount in minor units, a quantity, an instant in seconds."""

    least: int | None = 0
    most: int = 999_999_999_999

    def read(self, value: Any, name: str) -> int:
        """The value, or a refusal by name."""
        if not isinstance(value, str) or not value.removeprefix("-").isdecimal() or not value.isascii():
            raise bad_parameter(name, f"Invalid integer: {value}", "parameter_invalid_integer")
        if len(value) > 13 or (number := int(value)) > self.most:
            message = f"This value must be less than or equal to {self.most}."
            raise bad_parameter(name, message, "parameter_invalid_integer")
        if self.least is not None and number < self.least:
            raise bad_parameter(
                name,
                f"This value must be greater than or equal to {self.least}.",
                "parameter_invalid_integer",
            )
        return number


@dataclass(frozen=True)
class Truth:
    """true or false, as text."""

    def read(self, value: Any, name: str) -> bool:
        """The value, or a refusal by name."""
        if value not in ("true", "false"):
            raise bad_parameter(name, f"Invalid boolean: {value}")
        return bool(value == "true")


@dataclass(frozen=True)
class OneOf:
    """One word out of a list."""

    words: tuple[str, ...]

    def read(self, value: Any, name: str) -> str:
        """The value, or a refusal by name."""
        if value not in self.words:
            *most, last = self.words
            listed = f"{', '.join(most)}, or {last}" if most else last
            raise bad_parameter(name, f"Invalid {name}: must be one of {listed}")
        return str(value)


def one_of(*words: str) -> OneOf:
    """One word out of these."""
    return OneOf(words)


@dataclass(frozen=True)
class Labels:
    """Metadata: at most 50 keys of 40 letters, values of at most 500. An empty value removes its key."""

    def read(self, value: Any, name: str) -> dict[str, str]:
        """The value, or a refusal by name."""
        if value == "":
            return {}
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise bad_parameter(name, "Invalid object")
        if len(value) > 50:
            raise bad_parameter(name, "You cannot have more than 50 metadata keys on an object")
        for key, text in value.items():
            if len(key) > 40:
                raise bad_parameter(
                    name, f"Metadata keys must be under 40 characters. {key[:50]} is {len(key)} characters"
                )
            if len(text) > 500:
                raise bad_parameter(
                    f"{name}[{key}]",
                    f"Metadata values must be under 500 characters. This one is {len(text)} characters.",
                )
        return dict(value)


@dataclass(frozen=True)
class ListOf:
    """Several of one shape."""

    each: Shape
    most: int = 100

    def read(self, value: Any, name: str) -> list[Any]:
        """The value, or a refusal by name."""
        if value == "":
            return []
        if not isinstance(value, list):
            raise bad_parameter(name, "Invalid array")
        if len(value) > self.most:
            raise bad_parameter(name, f"Array too long: {name} may hold at most {self.most} elements")
        return [self.each.read(element, f"{name}[{place}]") for place, element in enumerate(value)]


@dataclass(frozen=True)
class Fields:
    """A group of named parameters, some of them required."""

    known: Mapping[str, Shape]
    required: tuple[str, ...] = field(default=())

    def read(self, value: Any, name: str = "") -> dict[str, Any]:
        """The value, or a refusal by name."""
        if not isinstance(value, dict):
            raise bad_parameter(name, "Invalid object")
        named = {key: f"{name}[{key}]" if name else key for key in (*value, *self.required)}
        for key in value:
            if key not in self.known:
                raise unknown_parameter(named[key])
        for key in self.required:
            if key not in value:
                raise missing_parameter(named[key])
        return {key: self.known[key].read(text, named[key]) for key, text in value.items()}


@dataclass(frozen=True)
class Range:
    """An instant, or bounds for it: created=1700000000, created[gte]=1700000000. Read as bounds always."""

    bounds = Fields({word: Whole() for word in ("gt", "gte", "lt", "lte")})

    def read(self, value: Any, name: str) -> dict[str, int]:
        """The value, or a refusal by name."""
        if isinstance(value, str):
            instant = Whole().read(value, name)
            return {"gte": instant, "lte": instant}
        return self.bounds.read(value, name)


@dataclass(frozen=True)
class Unset:
    """The empty string: the wish to unset."""

    def read(self, value: Any, name: str) -> str:
        """The empty string, and nothing else."""
        if value != "":
            raise bad_parameter(name, f"Invalid value: {value}")
        return ""


@dataclass(frozen=True)
class Either:
    """The first shape where it fits, else the second."""

    first: Shape
    second: Shape

    def read(self, value: Any, name: str) -> Any:
        """The value as the first shape reads it, or as the second does."""
        try:
            return self.first.read(value, name)
        except Refused:
            return self.second.read(value, name)


EXPAND = ListOf(Text(), most=20)
EMAIL = Text(512)
RETRIEVE = Fields({"expand": EXPAND})


def listing(**filters: Shape) -> Fields:
    """The parameters of a list: a page of it, what to expand, and its own filters."""
    page: dict[str, Shape] = {
        "limit": Whole(1, 100),
        "starting_after": Text(),
        "ending_before": Text(),
        "expand": EXPAND,
    }
    return Fields({**page, **filters})
