"""The parameters that a call accepts. Each is read strictly, and one that is not listed is an error by its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from sandbox.api.errors import ApiError, empty_parameter, invalid_parameter, missing_parameter, unknown_parameter

MAX_TEXT_LENGTH = 5000


class Parameter(Protocol):
    """The type of one parameter: reads the text that was sent into a value."""

    def read(self, value: Any, name: str) -> Any:
        """The value; RejectedRequest with the parameter's name where it is of the wrong form."""


@dataclass(frozen=True)
class Text:
    """Text. It may be empty, which unsets the field, only where `may_be_empty` says so."""

    max_length: int = MAX_TEXT_LENGTH
    may_be_empty: bool = False

    def read(self, value: Any, name: str) -> str:
        """The value, or RejectedRequest."""
        if not isinstance(value, str):
            raise invalid_parameter(name, f"Invalid string: {value}")
        if not value and not self.may_be_empty:
            raise empty_parameter(name)
        if len(value) > self.max_length:
            message = f"Invalid string: {value[:12]}…; must be at most {self.max_length} characters"
            raise invalid_parameter(name, message, "parameter_invalid_string")
        return value


_EMAIL = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>().]+(\.[^\s@,;<>().]+)+")


@dataclass(frozen=True)
class Email:
    """An email address. It may be empty, which unsets the field, only where `may_be_empty` says so."""

    may_be_empty: bool = False

    def read(self, value: Any, name: str) -> str:
        """The value, or RejectedRequest."""
        email = Text(512, self.may_be_empty).read(value, name)
        if email and not _EMAIL.fullmatch(email):
            raise invalid_parameter(name, f"Invalid email address: {email}", "email_invalid")
        return email


@dataclass(frozen=True)
class Url:
    """An absolute http or https address. It may be empty, which unsets the field, only where that is said."""

    may_be_empty: bool = False

    def read(self, value: Any, name: str) -> str:
        """The value, or RejectedRequest."""
        url = Text(may_be_empty=self.may_be_empty).read(value, name)
        if url and not _is_absolute_url(url):
            raise invalid_parameter(name, "Not a valid URL", "url_invalid")
        return url


def _is_absolute_url(text: str) -> bool:
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        return False
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # a port that is no number, brackets that are no address
        return False


@dataclass(frozen=True)
class Integer:
    """An integer within bounds: an amount in minor units, a quantity, an instant in seconds."""

    minimum: int | None = 0
    maximum: int = 999_999_999_999

    def read(self, value: Any, name: str) -> int:
        """The value, or RejectedRequest."""
        if not isinstance(value, str) or not value.removeprefix("-").isdecimal() or not value.isascii():
            raise invalid_parameter(name, f"Invalid integer: {value}", "parameter_invalid_integer")
        if len(value) > 13 or (number := int(value)) > self.maximum:
            message = f"This value must be less than or equal to {self.maximum}."
            raise invalid_parameter(name, message, "parameter_invalid_integer")
        if self.minimum is not None and number < self.minimum:
            raise invalid_parameter(
                name,
                f"This value must be greater than or equal to {self.minimum}.",
                "parameter_invalid_integer",
            )
        return number


@dataclass(frozen=True)
class Boolean:
    """true or false, as text."""

    def read(self, value: Any, name: str) -> bool:
        """The value, or RejectedRequest."""
        if value not in ("true", "false"):
            raise invalid_parameter(name, f"Invalid boolean: {value}")
        return bool(value == "true")


@dataclass(frozen=True)
class OneOf:
    """One word out of a list."""

    words: tuple[str, ...]

    def read(self, value: Any, name: str) -> str:
        """The value, or RejectedRequest."""
        if value not in self.words:
            *words, last = self.words
            listed = f"{', '.join(words)}, or {last}" if words else last
            raise invalid_parameter(name, f"Invalid {name}: must be one of {listed}")
        return str(value)


def one_of(*words: str) -> OneOf:
    """One word out of these."""
    return OneOf(words)


@dataclass(frozen=True)
class Metadata:
    """Metadata: at most 50 keys of 40 letters, values of at most 500. An empty value removes its key."""

    def read(self, value: Any, name: str) -> dict[str, str]:
        """The value, or RejectedRequest."""
        if value == "":
            return {}
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise invalid_parameter(name, "Invalid object")
        if len(value) > 50:
            raise invalid_parameter(name, "You cannot have more than 50 metadata keys on an object")
        for key, text in value.items():
            if len(key) > 40:
                raise invalid_parameter(
                    name, f"Metadata keys must be under 40 characters. {key[:50]} is {len(key)} characters"
                )
            if len(text) > 500:
                raise invalid_parameter(
                    f"{name}[{key}]",
                    f"Metadata values must be under 500 characters. This one is {len(text)} characters.",
                )
        return dict(value)


@dataclass(frozen=True)
class ListOf:
    """A list whose elements are all of one type."""

    element: Parameter
    max_items: int = 100

    def read(self, value: Any, name: str) -> list[Any]:
        """The value, or RejectedRequest."""
        if value == "":
            return []
        if not isinstance(value, list):
            raise invalid_parameter(name, "Invalid array")
        if len(value) > self.max_items:
            raise invalid_parameter(name, f"Array too long: {name} may hold at most {self.max_items} elements")
        return [self.element.read(element, f"{name}[{place}]") for place, element in enumerate(value)]


@dataclass(frozen=True)
class Params:
    """A group of named parameters, some of them required."""

    known: Mapping[str, Parameter]
    required: tuple[str, ...] = field(default=())

    def read(self, value: Any, name: str = "") -> dict[str, Any]:
        """The value, or RejectedRequest."""
        if not isinstance(value, dict):
            raise invalid_parameter(name, "Invalid object")
        named = {key: f"{name}[{key}]" if name else key for key in (*value, *self.required)}
        for key in value:
            if key not in self.known:
                raise unknown_parameter(named[key])
        for key in self.required:
            if key not in value:
                raise missing_parameter(named[key])
        return {key: self.known[key].read(text, named[key]) for key, text in value.items()}


@dataclass(frozen=True)
class TimeRange:
    """An instant, or bounds for it: created=1700000000, created[gte]=1700000000. Its value is always bounds."""

    bounds = Params({word: Integer() for word in ("gt", "gte", "lt", "lte")})

    def read(self, value: Any, name: str) -> dict[str, int]:
        """The value, or RejectedRequest."""
        if isinstance(value, str):
            instant = Integer().read(value, name)
            return {"gte": instant, "lte": instant}
        return self.bounds.read(value, name)


@dataclass(frozen=True)
class EmptyString:
    """The empty string, which unsets a field."""

    def read(self, value: Any, name: str) -> str:
        """The empty string, or RejectedRequest."""
        if value != "":
            raise invalid_parameter(name, f"Invalid value: {value}")
        return ""


@dataclass(frozen=True)
class Either:
    """A value of the first type, or of the second."""

    first: Parameter
    second: Parameter

    def read(self, value: Any, name: str) -> Any:
        """The value as the first type reads it, or where that fails as the second does."""
        try:
            return self.first.read(value, name)
        except ApiError:
            return self.second.read(value, name)


EXPAND = ListOf(Text(), max_items=20)
RETRIEVE = Params({"expand": EXPAND})


def list_parameters(**filters: Parameter) -> Params:
    """The parameters of a list: its page, what to expand, and its own filters."""
    page: dict[str, Parameter] = {
        "limit": Integer(1, 100),
        "starting_after": Text(),
        "ending_before": Text(),
        "expand": EXPAND,
    }
    return Params({**page, **filters})
