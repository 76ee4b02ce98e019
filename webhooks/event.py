"""What endpoints are told: the types of events, and an event as it is signed and sent. Pure.

An event holds ids, amounts and the addresses of campaigns: never a name, an email address or a message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from database.columns import canonical_json

# The name space of the ids of events: the same cause makes the same event, however often it is reported.
EVENTS = UUID("3b0d6f0a-5f1e-4b52-9a55-0c2f6c7f4e11")


class EventType(StrEnum):
    """What an endpoint can ask to be told."""

    GIFT_RECEIVED = "gift.received"
    GIFT_FAILED = "gift.failed"
    GIFT_REFUNDED = "gift.refunded"
    GIFT_DISPUTED = "gift.disputed"
    RECURRING_STARTED = "recurring.started"
    RECURRING_ENDED = "recurring.ended"
    PAYOUT_PAID = "payout.paid"


TEST_EVENT = "webhook.test"
"""The type of an event that somebody sends from the desk to try an endpoint."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """Something that happened. `cause` is what it is known by among events of its type, such as a refund's id."""

    type: str
    cause: str
    data: Mapping[str, object]

    @property
    def id(self) -> str:
        """The event's id: one for each cause."""
        return f"evt_{uuid5(EVENTS, f'{self.type}:{self.cause}').hex}"


def event_body(event: WebhookEvent, mode: str, created: datetime) -> str:
    """The event as JSON. It is kept as it is, so that every attempt sends the same bytes."""
    return canonical_json(
        {"id": event.id, "type": event.type, "created": int(created.timestamp()), "mode": mode, "data": event.data}
    )
