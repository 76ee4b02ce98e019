"""Deliveries in the database: what is due to an endpoint, what came of each attempt, and what is old."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import has_come
from webhooks.endpoint import EventDelivery, WebhookEndpoint
from webhooks.posting import EndpointAnswer
from webhooks.schedule import GIVE_UP_AFTER, next_delivery_at
from webhooks.store import pause_endpoint, queue_endpoints
from webhooks.tables import webhook_delivery, webhook_endpoint, webhook_event

KEEP_FOR = timedelta(days=30)
_d, _e, _v = webhook_delivery.c, webhook_endpoint.c, webhook_event.c
_WAITS = _d.state == "waiting"
_DELIVERY = sa.select(webhook_delivery, _v.type, _v.body).join(webhook_event, _v.id == _d.event_id)


def next_due(conn: Connection, endpoint_id: str, now: datetime) -> EventDelivery | None:
    """What is to be sent to this endpoint now: what has been due longest."""
    due = _DELIVERY.where(_WAITS, _d.endpoint_id == endpoint_id, has_come(_d.due_at, now, GIVE_UP_AFTER))
    row = conn.execute(due.order_by(_d.due_at, _d.event_id).limit(1)).first()
    return None if row is None else _delivery(row)


def queue_due(conn: Connection, now: datetime) -> None:
    """Queue the endpoints to which something is due, but those that are paused."""
    due = sa.select(_d.event_id).where(_WAITS, _d.endpoint_id == _e.id, has_come(_d.due_at, now, GIVE_UP_AFTER))
    queue_endpoints(conn, list(conn.scalars(sa.select(_e.id).where(_e.paused_at.is_(None), due.exists()))), now)


def note_endpoint_answer(
    conn: Connection, endpoint: WebhookEndpoint, delivery: EventDelivery, answer: EndpointAnswer,
    when: tuple[datetime, int],
) -> bool:  # fmt: skip
    """Note what came of an attempt; returns whether the endpoint was paused for it, after three days of failures.

    `when` is the instant, and a chance that spreads the next attempt.
    """
    now, chance = when
    first, attempts = delivery.first_tried_at or now, delivery.attempts + 1
    again = None if answer.is_yes else next_delivery_at(first, attempts, now, chance)
    state = "delivered" if answer.is_yes else "waiting" if again else "failed"
    values = {
        "state": state, "due_at": again or delivery.due_at, "attempts": attempts, "first_tried_at": first,
        "tried_at": now, "status": answer.status, "answer": answer.words,
    }  # fmt: skip
    conn.execute(sa.update(webhook_delivery).where(*_is(delivery.endpoint, delivery.event)).values(values))
    return _note_health(conn, endpoint, now, works=answer.is_yes)


def _note_health(conn: Connection, endpoint: WebhookEndpoint, now: datetime, *, works: bool) -> bool:
    """Note since when it fails; returns whether it was paused for it now."""
    of = sa.update(webhook_endpoint).where(_e.id == endpoint.id)
    if works:
        if endpoint.failing_since is not None:
            conn.execute(of.values(failing_since=None))
        return False
    since = endpoint.failing_since or now
    if endpoint.failing_since is None:
        conn.execute(of.values(failing_since=now))
    is_over = now - since >= GIVE_UP_AFTER and endpoint.paused_at is None
    if is_over:
        pause_endpoint(conn, endpoint.id, now, by_itself=True)
    return is_over


def send_again(conn: Connection, endpoint_id: str, event_id: str, now: datetime) -> bool:
    """Send an event once more, for three days anew; False if there is none."""
    again = sa.update(webhook_delivery).where(*_is(endpoint_id, event_id))
    done = conn.execute(again.values(state="waiting", due_at=now, attempts=0, first_tried_at=None))
    queue_endpoints(conn, [endpoint_id], now)
    return bool(done.rowcount)


def newest_deliveries(conn: Connection, endpoint_id: str, limit: int) -> list[EventDelivery]:
    """The last events of an endpoint, the newest first."""
    rows = conn.execute(
        _DELIVERY.where(_d.endpoint_id == endpoint_id).order_by(_d.queued_at.desc(), _d.event_id).limit(limit)
    )
    return [_delivery(row) for row in rows]


def waiting_counts(conn: Connection) -> dict[str, int]:
    """How many events wait for each endpoint."""
    rows = conn.execute(sa.select(_d.endpoint_id, sa.func.count()).where(_WAITS).group_by(_d.endpoint_id))
    return {row[0]: row[1] for row in rows}


def remove_old_events(conn: Connection, now: datetime) -> None:
    """Remove the events of more than thirty days ago, and their deliveries, whatever has become of them."""
    old = sa.select(_v.id).where(_v.created_at < now - KEEP_FOR)
    conn.execute(sa.delete(webhook_delivery).where(_d.event_id.in_(old)))
    conn.execute(sa.delete(webhook_event).where(_v.created_at < now - KEEP_FOR))


def _is(endpoint_id: str, event_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _d.endpoint_id == endpoint_id, _d.event_id == event_id


def _delivery(row: sa.Row[Any]) -> EventDelivery:
    return EventDelivery(
        row.event_id, row.type, row.body, row.endpoint_id, row.queued_at, row.state, row.due_at, row.attempts,
        row.first_tried_at, row.tried_at, row.status, row.answer,
    )  # fmt: skip
