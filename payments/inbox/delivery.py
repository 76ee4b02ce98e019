"""A message from Stripe as it came, with the fields that every event has checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from pydantic_core import from_json

from database.instants import from_unix
from payments.reading.events import read
from payments.reading.happenings import Happening

EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}")
EVENT_TYPE = re.compile(r"[a-z0-9_.]{1,200}")
API_VERSION = re.compile(r"[0-9a-z.-]{1,60}")
# What Stripe sends to an event destination of the payload style thin (the library's stripe.v2.core.Event). The
# parameters that update a destination have no style (EventDestinationUpdateParams): another must be added.
THIN_EVENT = "v2.core.event"
_THIN = (
    "the event's payload style is thin, which has no amounts. At Stripe, under Developers, Webhooks, add a destination"
    " with this address and the payload style snapshot, then remove the thin one: a style cannot be changed"
)
LARGEST_UNIX = 4_102_444_800  # the year 2100; beyond it a date is a mistake


class NotAnEvent(ValueError):
    """The body is correctly signed, but is no event. It is answered 400, and not kept."""


@dataclass(frozen=True)
class Delivery:
    """A message from Stripe. `event` is the body as plain dicts; `body` its bytes."""

    id: str
    type: str
    api_version: str | None
    livemode: bool
    created_at: datetime
    body: bytes
    event: Mapping[str, Any]

    @cached_property
    def happenings(self) -> Sequence[Happening]:
        """What it reports; raises UnexpectedShape or UnknownCurrency where that cannot be read."""
        return tuple(read(self.event))

    @property
    def digest(self) -> str:
        """SHA-256 of the body. It stays when the body, which has personal data, is deleted."""
        return sha256(self.body).hexdigest()


def parse(body: bytes) -> Delivery:
    """Read a body whose signature was verified; raises NotAnEvent."""
    try:
        event = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise NotAnEvent(f"the body is not JSON that we can read: {type(error).__name__}") from None
    if isinstance(event, dict) and event.get("object") == THIN_EVENT:
        raise NotAnEvent(_THIN)
    if not isinstance(event, dict) or event.get("object") != "event":
        raise NotAnEvent("the body is not an event")
    version, created = event.get("api_version"), event.get("created")
    if type(created) is not int or not 0 <= created < LARGEST_UNIX:
        raise NotAnEvent("the event has no time")
    if type(event.get("livemode")) is not bool:
        raise NotAnEvent("the event does not say whether it is live")
    _require_ours(event)
    return Delivery(
        id=_matching(EVENT_ID, event.get("id"), "id"),
        type=_matching(EVENT_TYPE, event.get("type"), "type"),
        api_version=None if version is None else _matching(API_VERSION, version, "API version"),
        livemode=event["livemode"],
        created_at=from_unix(created),
        body=body,
        event=event,
    )


def _require_ours(event: Mapping[str, Any]) -> None:
    """Refuse what happened in another account, and an object of the other mode.

    `account` names the connected account of an event that a platform is sent (docs.stripe.com/api/events/object): its
    money is not in our balance.
    """
    if event.get("account") is not None:
        raise NotAnEvent("the event is of a connected account, whose money is not ours")
    data = event.get("data")
    inner = data.get("object") if isinstance(data, dict) else None
    mode = inner.get("livemode") if isinstance(inner, dict) else None
    if mode is not None and mode is not event["livemode"]:
        raise NotAnEvent("the event is about an object of the other mode: test and live money never meet")


def _matching(pattern: re.Pattern[str], value: object, what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NotAnEvent(f"the event's {what} is not one of Stripe's")
    return value
