"""The queue of deliveries: one for each event and endpoint, with its attempts, until it is answered or given up."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.chaos import fault_occurs
from sandbox.state.store import Object, dumps
from sandbox.webhooks.endpoint import VERSIONS, endpoints, note_failure, note_success, wants
from sandbox.webhooks.schedule import next_attempt
from sandbox.world import World

OVERTAKEN_BY, DELAYED_BY = 20.0, 6 * 3600.0
"""Seconds by which a reordered and a delayed delivery come later, at most."""


@dataclass(frozen=True)
class Delivery:
    """One event on its way to an endpoint. `due` is None once it is delivered, given up or dropped."""

    seq: int
    event: str
    endpoint: str
    planned: float
    due: float | None
    attempts: int
    state: str
    habits: str
    """How it misbehaves: with which secret it is signed, in which version it is told."""

    @property
    def misbehaviour(self) -> dict[str, str]:
        """The habits, read."""
        habits: dict[str, str] = json.loads(self.habits)
        return habits


@dataclass(frozen=True)
class Attempt:
    """One try: the endpoint's status (None when there was no answer) and what it said, cut short."""

    status: int | None
    answer: str

    @property
    def accepted(self) -> bool:
        """Whether the endpoint said 2xx."""
        return self.status is not None and 200 <= self.status < 300


_SELECT = "SELECT seq, event, endpoint, planned, due, attempts, state, habits FROM delivery "


def queue_event(world: World, event: Object) -> None:
    """Plan the delivery of a new event to every endpoint that wants it."""
    if world.settings.endpoint_url is None:
        return
    for endpoint in endpoints(world):
        if wants(endpoint, event["type"]):
            subject = f"{event['id']}:{endpoint['id']}"
            _plan(world, event, endpoint, subject)
            if fault_occurs(world, "duplicated", subject):
                _plan(world, event, endpoint, f"{subject}:again")
            world.wake_after_step()


def _plan(world: World, event: Object, endpoint: Object, subject: str) -> None:
    now = world.clock.now()
    dropped = fault_occurs(world, "dropped", subject)
    due = None if dropped else now + _delay(world, subject)
    state = "dropped" if dropped else "waiting"
    habits = dumps(_habits(world, subject))
    values = (event["id"], endpoint["id"], now, due, state, habits)
    world.store.execute(
        "INSERT INTO delivery (event, endpoint, planned, due, attempts, state, habits) VALUES (?, ?, ?, ?, 0, ?, ?)",
        values,
    )


def _delay(world: World, subject: str) -> float:
    if fault_occurs(world, "delayed", subject):
        return DELAYED_BY * world.random.chance(f"delay:{subject}")
    if fault_occurs(world, "reordered", subject):
        return OVERTAKEN_BY * world.random.chance(f"overtaken:{subject}")
    return 0.0


def _habits(world: World, subject: str) -> dict[str, Any]:
    habits = {}
    if fault_occurs(world, "old_secret", subject):
        habits["signed"] = "old"
    elif fault_occurs(world, "rolling_secret", subject):
        habits["signed"] = "rolling"
    if fault_occurs(world, "old_version", subject):
        place = int(world.random.chance(f"version:{subject}") * (len(VERSIONS) - 1))
        habits["version"] = VERSIONS[place]
    return habits


def first_due(world: World, until: float, in_the_air: frozenset[int]) -> Delivery | None:
    """The delivery that has been due longest, other than those in the air."""
    rows = world.store.query(_SELECT + "WHERE due <= ? ORDER BY due, seq LIMIT ?", (until, len(in_the_air) + 1))
    return next((Delivery(*row) for row in rows if row[0] not in in_the_air), None)


def next_due(world: World) -> float | None:
    """The second at which the next delivery is due."""
    rows = world.store.query("SELECT due FROM delivery WHERE due IS NOT NULL ORDER BY due LIMIT 1")
    return rows[0][0] if rows else None


def note(world: World, delivery: Delivery, attempt: Attempt) -> None:
    """Keep what came of an attempt, and plan the next one where it failed. The three days begin with the first."""
    n, now = delivery.attempts + 1, world.clock.unfrozen_now()
    planned = delivery.planned if delivery.attempts else now
    again = None if attempt.accepted else next_attempt(planned, n, now)
    state = "delivered" if attempt.accepted else "waiting" if again is not None else "given up"
    with world.store.transaction():
        tried = (delivery.seq, n, now, attempt.status, attempt.answer[:500])
        world.store.execute("INSERT INTO attempt VALUES (?, ?, ?, ?, ?)", tried)
        now_is = (planned, again, n, state, delivery.seq)
        world.store.execute("UPDATE delivery SET planned = ?, due = ?, attempts = ?, state = ? WHERE seq = ?", now_is)
        endpoint = world.store.find(delivery.endpoint)
        if endpoint is not None:
            note_success(world, endpoint) if attempt.accepted else note_failure(world, endpoint, now)


def give_up(world: World, delivery: Delivery) -> None:
    """Its endpoint is disabled or gone: nothing more is tried."""
    world.store.execute("UPDATE delivery SET due = NULL, state = 'given up' WHERE seq = ?", (delivery.seq,))


def send_again(world: World, event_id: str) -> None:
    """Deliver an event once more, whatever became of it (the Resend button)."""
    event = world.store.get(event_id)
    for endpoint in endpoints(world):
        _plan(world, event, endpoint, f"{event_id}:{world.clock.now()}")
        world.wake_after_step()


def of_event(world: World, event_id: str) -> list[Delivery]:
    """Where an event was sent."""
    return [Delivery(*row) for row in world.store.query(_SELECT + "WHERE event = ? ORDER BY seq", (event_id,))]


def attempts_of(world: World, delivery: Delivery) -> list[Attempt]:
    """Every try of a delivery, in order."""
    rows = world.store.query("SELECT status, answer FROM attempt WHERE delivery = ? ORDER BY n", (delivery.seq,))
    return [Attempt(*row) for row in rows]


def event_standing(world: World, event: Object) -> Object:
    """How many deliveries of an event were not yet answered 2xx."""
    waiting = [delivery for delivery in of_event(world, event["id"]) if delivery.state == "waiting"]
    return {"pending_webhooks": len(waiting)}


def latest_deliveries(world: World, limit: int) -> list[Delivery]:
    """The newest deliveries first."""
    return [Delivery(*row) for row in world.store.query(_SELECT + "ORDER BY seq DESC LIMIT ?", (limit,))]
