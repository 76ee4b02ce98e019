"""Reads fields out of Stripe's dicts. A field that is missing, or of another type, raises UnexpectedShape.

Nothing is guessed. Both databases can store whatever is read here: ids are short and printable, whole numbers fit,
instants lie between 1970 and 2100.
"""

import re
from datetime import date, datetime

from database.instants import from_unix
from ledger.money import Money, currency
from payments.stripe.objects import StripeObject

LONGEST_ID = 255  # Stripe's own bound; an index would refuse what is much longer
LARGEST_NUMBER = 10**15  # a thousand times what Stripe charges at once; a balance stays far below it
LARGEST_UNIX = 4_102_444_800  # the year 2100; beyond it a date is a mistake
OUR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MARK = re.compile(r"[0-9a-f]{32}")
EMPTY: StripeObject = {}


class UnexpectedShape(ValueError):
    """A Stripe object lacks a field that its type must have: the API changed, or it is of another type."""


def object_of(event: StripeObject) -> StripeObject:
    """The object that an event is about."""
    data = event.get("data")
    event_object = data.get("object") if isinstance(data, dict) else None
    if not isinstance(event_object, dict):
        raise UnexpectedShape("the event has no data.object")
    return event_object


def previous_attributes(event: StripeObject) -> StripeObject | None:
    """The fields that this event changed, with their former values; None where the event does not have them."""
    attributes = event["data"].get("previous_attributes")
    return attributes if isinstance(attributes, dict) else None


def text(stripe_object: StripeObject, name: str) -> str:
    """A word or an id that must be there."""
    value = stripe_object.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not value.isprintable():
        raise UnexpectedShape(f"{_kind(stripe_object)} has no {name}")
    return value


def whole_number(stripe_object: StripeObject, name: str) -> int:
    """A whole number that must be there."""
    value = stripe_object.get(name)
    if type(value) is not int or not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise UnexpectedShape(f"{_kind(stripe_object)}: {name} is not a whole number")
    return value


def money(stripe_object: StripeObject, name: str = "amount") -> Money:
    """An amount in the object's own currency; raises UnknownCurrency for one that we keep no books in."""
    return Money(whole_number(stripe_object, name), currency(text(stripe_object, "currency")))


def positive_money(stripe_object: StripeObject, name: str = "amount") -> Money:
    """An amount of more than zero."""
    minor = whole_number(stripe_object, name)
    if minor <= 0:
        raise UnexpectedShape(f"{_kind(stripe_object)}: {name} is not more than nothing")
    return Money(minor, currency(text(stripe_object, "currency")))


def instant(stripe_object: StripeObject, name: str = "created") -> datetime:
    """An instant that must be there."""
    value = stripe_object.get(name)
    if type(value) is not int or not 0 <= value < LARGEST_UNIX:
        raise UnexpectedShape(f"{_kind(stripe_object)}: {name} is not an instant")
    return from_unix(value)


def day(stripe_object: StripeObject, name: str) -> date:
    """A calendar day that must be there. Stripe writes it as the instant at which the day begins in UTC."""
    return instant(stripe_object, name).date()


def instant_or_none(stripe_object: StripeObject, name: str) -> datetime | None:
    """An instant, or null."""
    if name not in stripe_object:
        raise _missing(stripe_object, name)
    return None if stripe_object[name] is None else instant(stripe_object, name)


def flag(stripe_object: StripeObject, name: str) -> bool:
    """A boolean that must be there."""
    value = stripe_object.get(name)
    if type(value) is not bool:
        raise UnexpectedShape(f"{_kind(stripe_object)}: {name} is neither true nor false")
    return value


def nested(stripe_object: StripeObject, name: str) -> StripeObject:
    """An object inside this one; empty where it is null."""
    if name not in stripe_object:
        raise _missing(stripe_object, name)
    value = stripe_object[name]
    if value is None:
        return EMPTY
    if not isinstance(value, dict):
        raise UnexpectedShape(f"{_kind(stripe_object)}: {name} is not an object")
    return value


def objects(stripe_object: StripeObject, name: str) -> list[StripeObject]:
    """A list of objects inside this one."""
    value = stripe_object.get(name)
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise UnexpectedShape(f"{_kind(stripe_object)}: {name} is not a list of objects")
    return value


def expandable_id(stripe_object: StripeObject, name: str) -> str | None:
    """The id of another object, whether expanded or not; None where it is null."""
    if name not in stripe_object:
        raise _missing(stripe_object, name)
    value = stripe_object[name]
    if value is None or value == "":
        return None
    return text(value, "id") if isinstance(value, dict) else text(stripe_object, name)


def payment_of(stripe_object: StripeObject) -> str | None:
    """The payment behind a refund or dispute: its payment intent, else its charge."""
    intent, charge = expandable_id(stripe_object, "payment_intent"), expandable_id(stripe_object, "charge")
    return intent or charge


def metadata_id(stripe_object: StripeObject, name: str) -> str | None:
    """An id of ours in an object's metadata; None if it does not look like one, because anybody may write there."""
    if "metadata" not in stripe_object:
        raise _missing(stripe_object, "metadata")
    metadata = stripe_object["metadata"]
    value = metadata.get(name) if isinstance(metadata, dict) else None
    return value if isinstance(value, str) and OUR_ID.fullmatch(value) else None


def installation_mark(stripe_object: StripeObject) -> str | None:
    """The mark of the installation that wrote an object's metadata; None where there is none."""
    metadata = stripe_object.get("metadata")
    value = metadata.get("installation") if isinstance(metadata, dict) else None
    return value if isinstance(value, str) and MARK.fullmatch(value) else None


def _missing(stripe_object: StripeObject, name: str) -> UnexpectedShape:
    """A field that may be null must still be there."""
    return UnexpectedShape(f"{_kind(stripe_object)} says nothing of {name}")


def _kind(stripe_object: StripeObject) -> str:
    kind = stripe_object.get("object")
    return kind if isinstance(kind, str) and kind.isprintable() else "the event"
