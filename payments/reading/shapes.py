"""How a field is read out of Stripe's dicts: it is there and of its kind, or the object is misshapen.

Nothing is guessed. What these readers let through, both databases can keep: ids are short and printable, whole
numbers fit, instants lie between 1970 and 2100.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from database.instants import from_unix
from ledger.money import Money, currency

Object = Mapping[str, Any]

LONGEST_ID = 255  # Stripe's own bound; an index would refuse what is much longer
LARGEST = 10**15  # a thousand times what Stripe charges at once; a balance stays far below it
LARGEST_UNIX = 4_102_444_800  # the year 2100; beyond it a date is a mistake
OUR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
OUR_APP = "farthing"
NOTHING: Object = {}


class Misshapen(ValueError):
    """A message lacks what its kind must have: the API changed, or it is not what it says."""


def about(event: Object) -> Object:
    """The object that an event tells of."""
    data = event.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    if not isinstance(found, dict):
        raise Misshapen("the event has no data.object")
    return found


def before(event: Object) -> Object | None:
    """What had other values before the change that an event tells of; None where it says nothing of that."""
    found = event["data"].get("previous_attributes")
    return found if isinstance(found, dict) else None


def text(thing: Object, name: str) -> str:
    """A word or an id that must be there."""
    value = thing.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not value.isprintable():
        raise Misshapen(f"{_kind(thing)} has no {name}")
    return value


def whole(thing: Object, name: str) -> int:
    """A whole number that must be there."""
    value = thing.get(name)
    if type(value) is not int or not -LARGEST <= value <= LARGEST:
        raise Misshapen(f"{_kind(thing)}: {name} is not a whole number")
    return value


def money(thing: Object, name: str = "amount") -> Money:
    """An amount in the object's own currency; raises UnknownCurrency for one that we keep no books in."""
    return Money(whole(thing, name), currency(text(thing, "currency")))


def positive(thing: Object, name: str = "amount") -> Money:
    """An amount of more than nothing."""
    minor = whole(thing, name)
    if minor <= 0:
        raise Misshapen(f"{_kind(thing)}: {name} is not more than nothing")
    return Money(minor, currency(text(thing, "currency")))


def instant(thing: Object, name: str = "created") -> datetime:
    """An instant that must be there."""
    value = thing.get(name)
    if type(value) is not int or not 0 <= value < LARGEST_UNIX:
        raise Misshapen(f"{_kind(thing)}: {name} is not an instant")
    return from_unix(value)


def instant_or_none(thing: Object, name: str) -> datetime | None:
    """An instant, or null."""
    if name not in thing:
        raise _unsaid(thing, name)
    return None if thing[name] is None else instant(thing, name)


def flag(thing: Object, name: str) -> bool:
    """A yes or no that must be there."""
    value = thing.get(name)
    if type(value) is not bool:
        raise Misshapen(f"{_kind(thing)}: {name} is neither true nor false")
    return value


def section(thing: Object, name: str) -> Object:
    """A part that is an object of its own; empty where it is null."""
    if name not in thing:
        raise _unsaid(thing, name)
    value = thing[name]
    if value is None:
        return NOTHING
    if not isinstance(value, dict):
        raise Misshapen(f"{_kind(thing)}: {name} is not an object")
    return value


def objects(thing: Object, name: str) -> list[Object]:
    """The parts that are a list of objects."""
    value = thing.get(name)
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise Misshapen(f"{_kind(thing)}: {name} is not a list of objects")
    return value


def link(thing: Object, name: str) -> str | None:
    """The id of another object, plain or expanded; None where it is null."""
    if name not in thing:
        raise _unsaid(thing, name)
    value = thing[name]
    if value is None or value == "":
        return None
    return text(value, "id") if isinstance(value, dict) else text(thing, name)


def payment_of(thing: Object) -> str | None:
    """The payment behind a refund or dispute: its payment intent, else its charge (DESIGN §2)."""
    intent, charge = link(thing, "payment_intent"), link(thing, "charge")
    return intent or charge


def labelled(thing: Object, name: str) -> str | None:
    """An id of ours in an object's metadata. Anybody may write there, so anything else is no id."""
    if "metadata" not in thing:
        raise _unsaid(thing, "metadata")
    metadata = thing["metadata"]
    hint = metadata.get(name) if isinstance(metadata, dict) else None
    return hint if isinstance(hint, str) and OUR_ID.fullmatch(hint) else None


def marked(thing: Object) -> bool:
    """Whether an object's own metadata says that it is ours."""
    metadata = thing.get("metadata")
    return isinstance(metadata, dict) and (metadata.get("app") == OUR_APP or labelled(thing, "gift_id") is not None)


def _unsaid(thing: Object, name: str) -> Misshapen:
    """What may be null must still be said: what is missing is not taken for nothing."""
    return Misshapen(f"{_kind(thing)} says nothing of {name}")


def _kind(thing: Object) -> str:
    kind = thing.get("object")
    return kind if isinstance(kind, str) and kind.isprintable() else "the event"
