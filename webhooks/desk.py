"""What an owner does with endpoints at the desk: each change is an act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading
from staff.act import Actor, Subject
from staff.changing import Change, changing
from staff.second_factor import SecretBox
from web.errors import NotFound, Refusal, Trouble
from webhooks.addresses import BadEndpoint, read_endpoint_url
from webhooks.deliveries_store import newest_deliveries, send_again, waiting_counts
from webhooks.endpoint import MOST_ENDPOINTS, EventDelivery, WebhookEndpoint
from webhooks.event import TEST_EVENT, EventType, WebhookEvent
from webhooks.signing import new_signing_secret
from webhooks.store import (
    add_endpoint,
    change_endpoint,
    endpoint_by_id,
    endpoints,
    lock_endpoint,
    pause_endpoint,
    queue_endpoints,
    remove_endpoint,
    resume_endpoint,
    roll_secret,
    write_test_event,
)

SHOWN = 30
Switch = Literal["pause", "resume", "remove"]


class EnoughEndpoints(Refusal):
    """Each endpoint is sent to by a thread of its own."""

    trouble = Trouble(
        409,
        "There are enough endpoints",
        f"Farthing sends events to at most {MOST_ENDPOINTS} endpoints. Nothing was changed.",
        "Remove one that is not needed any more.",
    )


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """A web address and the types of events that were chosen for it, as they were typed."""

    url: str
    types: Sequence[str]

    def errors(self, *, sandbox: bool) -> dict[str, str]:
        """What must be corrected, by field."""
        errors = {}
        try:
            read_endpoint_url(self.url, sandbox=sandbox)
        except BadEndpoint as bad:
            errors["url"] = str(bad)
        if not self.types:
            errors["types"] = "Choose at least one kind of event."
        return errors


class EndpointDesk:
    """Reads and changes endpoints. `sandbox` lets them be on this machine."""

    def __init__(self, engine: Engine, clock: Clock, box: SecretBox, *, sandbox: bool) -> None:
        self.sandbox = sandbox
        self._engine, self._clock, self._box = engine, clock, box

    def all(self) -> list[tuple[WebhookEndpoint, int]]:
        """Every endpoint, and how many events wait for it."""
        with reading(self._engine) as conn:
            waiting = waiting_counts(conn)
            return [(endpoint, waiting.get(endpoint.id, 0)) for endpoint in endpoints(conn)]

    def endpoint(self, identity: str) -> WebhookEndpoint:
        """An endpoint. Raises NotFound."""
        with reading(self._engine) as conn:
            return _known(endpoint_by_id(conn, identity))

    def waiting(self, identity: str) -> int:
        """How many events wait for it."""
        with reading(self._engine) as conn:
            return waiting_counts(conn).get(identity, 0)

    def deliveries(self, identity: str) -> list[EventDelivery]:
        """Its last events."""
        with reading(self._engine) as conn:
            return newest_deliveries(conn, identity, SHOWN)

    def add(self, actor: Actor, identity: str, form: EndpointForm) -> str | None:
        """Add an endpoint, and return its secret; None where the form was sent before. Raises EnoughEndpoints."""
        secret = new_signing_secret()
        with changing(self._engine, actor, self._clock()) as change:
            known = endpoints(change.conn)
            is_new = identity not in {endpoint.id for endpoint in known}
            if is_new and len(known) >= MOST_ENDPOINTS:
                raise EnoughEndpoints
            if is_new:
                sealed = self._box.seal(secret, identity)
                add_endpoint(change.conn, identity, form.url, form.types, sealed, change.now)
            after = {"url": form.url, "types": list(form.types)}
            _record(change, "webhook.add", identity, after=after, once=identity)
        return secret if is_new else None

    def change(self, actor: Actor, identity: str, form: EndpointForm) -> None:
        """Send to another address, or other events."""
        with changing(self._engine, actor, self._clock()) as change:
            endpoint = _known(lock_endpoint(change.conn, identity))
            change_endpoint(change.conn, identity, form.url, form.types)
            before = {"url": endpoint.url, "types": [str(kind) for kind in endpoint.types]}
            after = {"url": form.url, "types": list(form.types)}
            _record(change, "webhook.change", identity, before=before, after=after)

    def roll(self, actor: Actor, identity: str) -> str:
        """Make another secret, and return it; the one before is good for another day."""
        secret = new_signing_secret()
        with changing(self._engine, actor, self._clock()) as change:
            endpoint = _known(lock_endpoint(change.conn, identity))
            roll_secret(change.conn, endpoint, self._box.seal(secret, identity), change.now)
            _record(change, "webhook.roll_secret", identity)
        return secret

    def switch(self, actor: Actor, identity: str, to: Switch) -> None:
        """Pause, resume or remove an endpoint."""
        with changing(self._engine, actor, self._clock()) as change:
            endpoint = _known(lock_endpoint(change.conn, identity))
            _SWITCHES[to](change.conn, identity, change.now)
            _record(change, f"webhook.{to}", identity, before={"url": endpoint.url})

    def test(self, actor: Actor, identity: str, key: str) -> None:
        """Send a test event: once for each form."""
        event = WebhookEvent(TEST_EVENT, key, {"words": "This is a test from the desk."})
        with changing(self._engine, actor, self._clock()) as change:
            _known(endpoint_by_id(change.conn, identity))
            write_test_event(change.conn, identity, event, change.now)
            _record(change, "webhook.test", identity, after={"event": event.id}, once=event.id)

    def send_again(self, actor: Actor, identity: str, event_id: str) -> None:
        """Send an event once more. Raises NotFound."""
        with changing(self._engine, actor, self._clock()) as change:
            if not send_again(change.conn, identity, event_id, change.now):
                raise NotFound
            queue_endpoints(change.conn, [identity], change.now)
            _record(change, "webhook.send_again", identity, after={"event": event_id})


def chosen_types(typed: Mapping[str, str]) -> list[str]:
    """The types whose boxes were ticked."""
    return [kind.value for kind in EventType if typed.get(kind.value)]


def _known(endpoint: WebhookEndpoint | None) -> WebhookEndpoint:
    if endpoint is None:
        raise NotFound
    return endpoint


def _remove(conn: Connection, identity: str, _now: datetime) -> None:
    remove_endpoint(conn, identity)


_SWITCHES = {"pause": pause_endpoint, "resume": resume_endpoint, "remove": _remove}


def _record(
    change: Change, what: str, identity: str, *, before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None, once: str | None = None,
) -> None:  # fmt: skip
    act_id = f"{what}:{once}" if once else None
    change.record(what, Subject("webhook_endpoint", identity), before=before, after=after, act_id=act_id)
