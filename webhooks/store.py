"""Endpoints in the database, and the events that are written for them in the transaction that causes them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from database.migrating import installation
from database.questions import fetch, look_up
from outbox.jobs import enqueue_many
from webhooks.endpoint import OLD_SECRET_LIVES, WebhookEndpoint
from webhooks.event import EventType, WebhookEvent, event_body
from webhooks.tables import webhook_delivery, webhook_endpoint, webhook_event

DELIVER = "webhook.deliver"
"""Send an endpoint what is due: {"endpoint": id}. Of each endpoint one such job waits or runs."""

_e, _d = webhook_endpoint.c, webhook_delivery.c
_WANTED = sa.select(_e.id, _e.types)
_MODE = sa.select(installation.c.mode)


def wanted_types(conn: Connection) -> frozenset[str]:
    """The types of events that any endpoint asks for. One constant question, of a table of a few rows."""
    return frozenset(kind for _, types in fetch(conn, _WANTED) for kind in types)


def write_events(conn: Connection, events: Sequence[WebhookEvent], now: datetime) -> None:
    """Write the events that an endpoint asks for, and queue them. An event that is there already stays as it is.

    An endpoint that is paused gets its events too: they wait.
    """
    if not events:
        return
    endpoints = fetch(conn, _WANTED)
    receivers = {
        event.id: to for event in events if (to := [identity for identity, types in endpoints if event.type in types])
    }
    _write(conn, events, receivers, now)


def write_test_event(conn: Connection, endpoint_id: str, event: WebhookEvent, now: datetime) -> None:
    """Write an event for this endpoint alone, whatever it asks for."""
    _write(conn, [event], {event.id: [endpoint_id]}, now)


def _write(
    conn: Connection, events: Sequence[WebhookEvent], receivers: dict[str, list[str]], now: datetime
) -> None:  # fmt: skip
    if not receivers:
        return
    known = {row[0] for row in look_up(conn, (webhook_event.c.id,), webhook_event.c.id, list(receivers))}
    new = {event.id: event for event in events if event.id in receivers and event.id not in known}
    if not new:
        return
    ((mode,),) = fetch(conn, _MODE)
    rows = [
        {"id": identity, "type": str(event.type), "body": event_body(event, mode, now), "created_at": now}
        for identity, event in new.items()
    ]
    deliveries = [
        {
            "event_id": identity, "endpoint_id": endpoint, "queued_at": now, "state": "waiting", "due_at": now,
            "attempts": 0, "answer": "",
        }
        for identity in new
        for endpoint in receivers[identity]
    ]  # fmt: skip
    insert_rows(conn, webhook_event, rows)
    insert_rows(conn, webhook_delivery, deliveries)
    queue_endpoints(conn, {endpoint for identity in new for endpoint in receivers[identity]}, now)


def queue_endpoints(conn: Connection, endpoints: Collection[str], now: datetime) -> None:
    """Queue the jobs that send these endpoints what is due."""
    enqueue_many(conn, DELIVER, [(endpoint, {"endpoint": endpoint}) for endpoint in sorted(endpoints)], now=now)


def endpoints(conn: Connection) -> list[WebhookEndpoint]:
    """Every endpoint, the oldest first."""
    rows = conn.execute(sa.select(webhook_endpoint).order_by(_e.created_at, _e.id))
    return [_endpoint(row) for row in rows]


def endpoint_by_id(conn: Connection, identity: str) -> WebhookEndpoint | None:
    """An endpoint."""
    row = conn.execute(sa.select(webhook_endpoint).where(_e.id == identity)).one_or_none()
    return None if row is None else _endpoint(row)


def lock_endpoint(conn: Connection, identity: str) -> WebhookEndpoint | None:
    """An endpoint that is to be changed. Its row is locked: of two at once, one comes after the other."""
    row = conn.execute(sa.select(webhook_endpoint).where(_e.id == identity).with_for_update()).one_or_none()
    return None if row is None else _endpoint(row)


def add_endpoint(conn: Connection, identity: str, url: str, types: Sequence[str], secret: str, now: datetime) -> None:
    """Add an endpoint. Its secret is encrypted already."""
    row = {
        "id": identity, "url": url, "types": sorted(types), "secret": secret, "created_at": now,
        "paused_by_itself": False,
    }  # fmt: skip
    insert_rows(conn, webhook_endpoint, [row])


def change_endpoint(conn: Connection, identity: str, url: str, types: Sequence[str]) -> None:
    """Send to another address, or other events. What waits already goes to the new address."""
    _change(conn, identity, url=url, types=sorted(types))


def roll_secret(conn: Connection, endpoint: WebhookEndpoint, secret: str, now: datetime) -> None:
    """Sign with another secret; the one before is good for another day, so that receivers have time to change."""
    _change(
        conn, endpoint.id, secret=secret, old_secret=endpoint.secret, old_until=now + OLD_SECRET_LIVES
    )  # fmt: skip


def pause_endpoint(conn: Connection, identity: str, now: datetime, *, by_itself: bool = False) -> None:
    """Send nothing for now. Its events are written, and wait."""
    values = {"paused_at": now, "paused_by_itself": by_itself}
    conn.execute(sa.update(webhook_endpoint).where(_e.id == identity).values(values))


def resume_endpoint(conn: Connection, identity: str, now: datetime) -> None:
    """Send again, and what has waited at once, for three days anew."""
    _change(conn, identity, paused_at=None, paused_by_itself=False, failing_since=None)
    waiting = sa.update(webhook_delivery).where(_d.endpoint_id == identity, _d.state == "waiting")
    conn.execute(waiting.values(due_at=now, first_tried_at=None, attempts=0))
    queue_endpoints(conn, [identity], now)


def remove_endpoint(conn: Connection, identity: str) -> None:
    """Remove an endpoint with its deliveries."""
    conn.execute(sa.delete(webhook_delivery).where(_d.endpoint_id == identity))
    conn.execute(sa.delete(webhook_endpoint).where(_e.id == identity))


def stopped_endpoints(conn: Connection) -> list[WebhookEndpoint]:
    """Endpoints that were paused because they failed for three days."""
    rows = conn.execute(sa.select(webhook_endpoint).where(_e.paused_by_itself == 1).order_by(_e.url))
    return [_endpoint(row) for row in rows]


def _change(conn: Connection, identity: str, **values: object) -> None:
    conn.execute(sa.update(webhook_endpoint).where(_e.id == identity).values(values))


def _endpoint(row: sa.Row[Any]) -> WebhookEndpoint:
    return WebhookEndpoint(
        row.id, row.url, [kind for kind in EventType if kind in row.types], row.secret, row.old_secret,
        row.old_until, row.created_at, row.paused_at, row.paused_by_itself, row.failing_since,
    )  # fmt: skip
