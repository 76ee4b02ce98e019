"""An endpoint: a web address that is told of events. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_ENDPOINTS = 10
"""Each is sent to by a thread of its own, so that none waits for another."""
OLD_SECRET_LIVES = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """A web address, and the types of events that it asks for. `secret` and `old_secret` are encrypted.

    `failing_since` is the first failure after the last success. `paused_by_itself`: nobody paused it; it failed for
    three days.
    """

    id: str
    url: str
    types: Sequence[str]
    secret: str
    old_secret: str | None
    old_until: datetime | None
    created_at: datetime
    paused_at: datetime | None
    paused_by_itself: bool
    failing_since: datetime | None

    def secrets_at(self, now: datetime) -> list[str]:
        """The encrypted secrets that are good at this moment, the newest first."""
        old = self.old_secret if self.old_until is not None and now < self.old_until else None
        return [self.secret, old] if old else [self.secret]


@dataclass(frozen=True, slots=True)
class EventDelivery:
    """An event on its way to one endpoint, or arrived there. `state` is waiting, delivered or failed.

    `status` is that of the last answer, `answer` its first words, or why there was none.
    """

    event: str
    type: str
    body: str
    endpoint: str
    queued_at: datetime
    state: str
    due_at: datetime
    attempts: int
    first_tried_at: datetime | None
    tried_at: datetime | None
    status: int | None
    answer: str
