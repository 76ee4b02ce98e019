"""Sends events to endpoints: one after another to each, and to each without regard to the others.

An event is sent at least once. Whoever is killed between the endpoint's answer and the note of it sends the same event
again, with the same id.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.letters import Letter, NotALetter, post_letter
from outbox.worker import Chore, Handler
from staff.role import Role
from staff.second_factor import SecretBox, SecretKeyChanged
from staff.views import member_rows
from web.pages import Pages
from webhooks.addresses import BadEndpoint, read_endpoint_url
from webhooks.deliveries_store import next_due, note_endpoint_answer, queue_due
from webhooks.endpoint import EventDelivery, WebhookEndpoint
from webhooks.posting import EndpointAnswer, EventPoster
from webhooks.schedule import SPREAD
from webhooks.signing import HEADER, signature_header
from webhooks.store import DELIVER, endpoint_by_id, lock_endpoint, queue_endpoints

LOOK_EVERY = timedelta(seconds=10)
# Shorter than a job's lease (outbox/jobs.py), so that nobody else sends to this endpoint meanwhile.
# A worker that is told to stop waits for it.
LONGEST_RUN = timedelta(seconds=5)


def _any_chance() -> int:
    return random.randint(0, 2 * SPREAD)  # noqa: S311 - nothing depends on its being hard to guess


class EventCourier:
    """Sends to one endpoint what is due to it. No transaction is open while it is sent."""

    def __init__(
        self, engine: Engine, poster: EventPoster, box: SecretBox, pages: Pages, clock: Clock,
        chance: Callable[[], int] = _any_chance,
    ) -> None:  # fmt: skip
        self._engine, self._poster, self._box, self._pages = engine, poster, box, pages
        self._clock, self._chance = clock, chance

    def deliver(self, endpoint_id: str) -> None:
        """Send what is due, until something fails: an endpoint in trouble is not pushed harder."""
        began = self._clock()
        while self._send_next(endpoint_id):
            if self._clock() - began > LONGEST_RUN:
                with writing(self._engine) as conn:
                    queue_endpoints(conn, [endpoint_id], self._clock())
                return

    def _send_next(self, endpoint_id: str) -> bool:
        """Send one event; returns whether there may be more to send."""
        with reading(self._engine) as conn:
            endpoint = endpoint_by_id(conn, endpoint_id)
            if endpoint is None or endpoint.paused_at is not None:
                return False
            delivery = next_due(conn, endpoint_id, self._clock())
        if delivery is None:
            return False
        answer = self._post(endpoint, delivery)
        with writing(self._engine) as conn:
            self._note(conn, endpoint_id, delivery, answer)
        return answer.is_yes

    def _post(self, endpoint: WebhookEndpoint, delivery: EventDelivery) -> EndpointAnswer:
        body, now = delivery.body.encode(), self._clock()
        try:
            url = read_endpoint_url(endpoint.url, sandbox=self._poster.sandbox)
            secrets = [self._box.unseal(sealed, endpoint.id) for sealed in endpoint.secrets_at(now)]
        except BadEndpoint as bad:
            return EndpointAnswer(None, str(bad))
        except SecretKeyChanged:
            return EndpointAnswer(None, "The signing secret cannot be read: FARTHING_SECRET_KEY has changed. Roll it.")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Farthing-Webhooks/1",
            HEADER: signature_header(body, secrets, now),
        }
        return self._poster.post(url, body, headers)

    def _note(self, conn: Connection, endpoint_id: str, delivery: EventDelivery, answer: EndpointAnswer) -> None:
        endpoint = lock_endpoint(conn, endpoint_id)
        if endpoint is None:  # it was removed meanwhile
            return
        now = self._clock()
        if note_endpoint_answer(conn, endpoint, delivery, answer, (now, self._chance())):
            _tell_owners(conn, self._pages, endpoint, answer, now)


def _tell_owners(
    conn: Connection, pages: Pages, endpoint: WebhookEndpoint, answer: EndpointAnswer, now: datetime
) -> None:
    """Mail every owner that the endpoint was paused."""
    owners = [row.member for row in member_rows(conn) if row.member.role is Role.OWNER and row.disabled_at is None]
    for owner in owners:
        words = pages.letter(
            "webhooks/letters/paused",
            name=owner.name, url=endpoint.url, identity=endpoint.id, since=endpoint.failing_since, status=answer.status,
            answer=answer.words,
        )  # fmt: skip
        with suppress(NotALetter):
            key = f"webhook-paused:{endpoint.id}:{now.isoformat()}:{owner.id}"
            post_letter(conn, Letter(key, owner.email, *words, to_name=owner.name), now)


def webhook_jobs(courier: EventCourier) -> dict[str, Handler]:
    """The worker's handler of events."""

    def deliver(payload: Any) -> None:
        courier.deliver(payload["endpoint"])

    return {DELIVER: deliver}


def looking_for_due_events(engine: Engine, clock: Clock) -> Chore:
    """Queues the endpoints for which another attempt has come."""

    def queue_due_events() -> None:
        with writing(engine) as conn:
            queue_due(conn, clock())

    return Chore(LOOK_EVERY, queue_due_events)
