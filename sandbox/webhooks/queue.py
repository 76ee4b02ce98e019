"""The queue of webhook deliveries: one for each event and endpoint, attempted until it succeeds or is given up."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.chaos import fault_occurs
from sandbox.state.store import Object, dumps
from sandbox.webhooks.endpoint import VERSIONS, endpoints, record_failure, record_success, wants_event
from sandbox.webhooks.retry_schedule import next_attempt
from sandbox.world import World

MAX_REORDERED, MAX_DELAYED = 20.0, 6 * 3600.0
"""Seconds by which a reordered and a delayed delivery come later, at most."""


@dataclass(frozen=True)
class WebhookDelivery:
    """One event for one endpoint. `due` is None once it is delivered, given up or dropped."""

    seq: int
    event: str
    endpoint: str
    planned: float
    due: float | None
    attempts: int
    state: str
    faults_json: str

    @property
    def faults(self) -> dict[str, str]:
        """Its faults: `signed`, a fault of the signature, and `version`, an older API version."""
        faults: dict[str, str] = json.loads(self.faults_json)
        return faults


@dataclass(frozen=True)
class DeliveryAttempt:
    """One attempt: the endpoint's status (None where it did not respond), and its response or the failure as text."""

    status: int | None
    answer: str

    @property
    def succeeded(self) -> bool:
        """Whether the endpoint responded 2xx."""
        return self.status is not None and 200 <= self.status < 300


_SELECT = "SELECT seq, event, endpoint, planned, due, attempts, state, habits FROM delivery "


def queue_event(world: World, event: Object) -> None:
    """Queue a new event for every endpoint that wants its type."""
    if world.settings.endpoint_url is None:
        return
    for endpoint in endpoints(world):
        if wants_event(endpoint, event["type"]):
            subject = f"{event['id']}:{endpoint['id']}"
            _queue_delivery(world, event, endpoint, subject)
            if fault_occurs(world, "duplicated", subject):
                _queue_delivery(world, event, endpoint, f"{subject}:again")
            world.wake_after_step()


def _queue_delivery(world: World, event: Object, endpoint: Object, subject: str) -> None:
    now = world.clock.now()
    dropped = fault_occurs(world, "dropped", subject)
    due = None if dropped else now + _delay(world, subject)
    state = "dropped" if dropped else "waiting"
    faults = dumps(_faults(world, subject))
    values = (event["id"], endpoint["id"], now, due, state, faults)
    world.store.execute(
        "INSERT INTO delivery (event, endpoint, planned, due, attempts, state, habits) VALUES (?, ?, ?, ?, 0, ?, ?)",
        values,
    )


def _delay(world: World, subject: str) -> float:
    """Seconds by which chaos delays the first attempt."""
    if fault_occurs(world, "delayed", subject):
        return MAX_DELAYED * world.random.chance(f"delay:{subject}")
    if fault_occurs(world, "reordered", subject):
        return MAX_REORDERED * world.random.chance(f"overtaken:{subject}")
    return 0.0


def _faults(world: World, subject: str) -> dict[str, Any]:
    """The faults that chaos gives to every attempt of this delivery."""
    faults = {}
    if fault_occurs(world, "old_secret", subject):
        faults["signed"] = "old"
    elif fault_occurs(world, "rolling_secret", subject):
        faults["signed"] = "rolling"
    if fault_occurs(world, "old_version", subject):
        place = int(world.random.chance(f"version:{subject}") * (len(VERSIONS) - 1))
        faults["version"] = VERSIONS[place]
    return faults


def next_delivery(world: World, until: float, in_flight: frozenset[int]) -> WebhookDelivery | None:
    """The delivery that has been due longest, other than those in flight (by their seq)."""
    rows = world.store.query(_SELECT + "WHERE due <= ? ORDER BY due, seq LIMIT ?", (until, len(in_flight) + 1))
    return next((WebhookDelivery(*row) for row in rows if row[0] not in in_flight), None)


def next_due_time(world: World) -> float | None:
    """The second at which the next delivery is due."""
    rows = world.store.query("SELECT due FROM delivery WHERE due IS NOT NULL ORDER BY due LIMIT 1")
    return rows[0][0] if rows else None


def record_attempt(world: World, delivery: WebhookDelivery, attempt: DeliveryAttempt) -> None:
    """Save an attempt, and schedule the next where it failed. The three days of retries begin with the first."""
    number, now = delivery.attempts + 1, world.clock.unfrozen_now()
    first_attempt = delivery.planned if delivery.attempts else now
    due = None if attempt.succeeded else next_attempt(first_attempt, number, now)
    state = "delivered" if attempt.succeeded else "waiting" if due is not None else "given up"
    with world.store.transaction():
        attempt_row = (delivery.seq, number, now, attempt.status, attempt.answer[:500])
        world.store.execute("INSERT INTO attempt VALUES (?, ?, ?, ?, ?)", attempt_row)
        world.store.execute(
            "UPDATE delivery SET planned = ?, due = ?, attempts = ?, state = ? WHERE seq = ?",
            (first_attempt, due, number, state, delivery.seq),
        )
        endpoint = world.store.find(delivery.endpoint)
        if endpoint is not None:
            record_success(world, endpoint) if attempt.succeeded else record_failure(world, endpoint, now)


def give_up(world: World, delivery: WebhookDelivery) -> None:
    """Make no further attempt: the event or the endpoint was deleted, or the endpoint is disabled."""
    world.store.execute("UPDATE delivery SET due = NULL, state = 'given up' WHERE seq = ?", (delivery.seq,))


def mark_failed(world: World, delivery: WebhookDelivery, error: Exception) -> None:
    """Make no further attempt: the twin itself failed to make this one, and would each time."""
    attempt_row = (delivery.seq, delivery.attempts + 1, world.clock.unfrozen_now(), None, repr(error)[:500])
    with world.store.transaction():
        world.store.execute("INSERT INTO attempt VALUES (?, ?, ?, ?, ?)", attempt_row)
        world.store.execute("UPDATE delivery SET due = NULL, state = 'failed' WHERE seq = ?", (delivery.seq,))


def resend_event(world: World, event_id: str) -> None:
    """Queue an event once more for every endpoint, delivered or not (Stripe's Resend button)."""
    event = world.store.get(event_id)
    for endpoint in endpoints(world):
        _queue_delivery(world, event, endpoint, f"{event_id}:{world.clock.now()}")
        world.wake_after_step()


def deliveries_of(world: World, event_id: str) -> list[WebhookDelivery]:
    """The deliveries of an event, one for each endpoint that wanted it."""
    return [WebhookDelivery(*row) for row in world.store.query(_SELECT + "WHERE event = ? ORDER BY seq", (event_id,))]


def attempts_of(world: World, delivery: WebhookDelivery) -> list[DeliveryAttempt]:
    """The attempts of a delivery, in order."""
    rows = world.store.query("SELECT status, answer FROM attempt WHERE delivery = ? ORDER BY n", (delivery.seq,))
    return [DeliveryAttempt(*row) for row in rows]


def pending_webhooks(world: World, event: Object) -> Object:
    """The computed field of an event: how many of its deliveries have not succeeded yet."""
    waiting = [delivery for delivery in deliveries_of(world, event["id"]) if delivery.state == "waiting"]
    return {"pending_webhooks": len(waiting)}


def latest_deliveries(world: World, limit: int) -> list[WebhookDelivery]:
    """The newest deliveries first."""
    return [WebhookDelivery(*row) for row in world.store.query(_SELECT + "ORDER BY seq DESC LIMIT ?", (limit,))]
