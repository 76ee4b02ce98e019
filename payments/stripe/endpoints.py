"""Makes or mends our webhook endpoint at Stripe: its address, its events, its API version, and that it is enabled.

An endpoint keeps its API version for good, and Stripe shows its signing secret once, when it is made. So an endpoint
of another version, or one whose secret we do not have, is replaced: the new one is made, its secret is kept, and only
then is the old one switched off. Meanwhile both deliver, and what comes twice is booked once.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import stripe

from database.instants import from_unix
from payments.stripe.gateway import API_VERSION, StripeRefused, call_stripe, open_client

# The metadata by which an endpoint shows which secret it signs with, without showing the secret.
FINGERPRINT = "farthing_secret"
# After this Stripe tries no delivery again (docs.stripe.com/webhooks), so an old endpoint has nothing left to send.
RETRIES_END = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class WantedEndpoint:
    """The endpoint that this installation needs."""

    url: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundEndpoint:
    """An endpoint as it is at Stripe. `fingerprint` is of its secret, if we made it."""

    id: str
    url: str
    enabled: bool
    events: frozenset[str]
    version: str | None
    fingerprint: str | None
    created: datetime

    def delivers(self, wanted: WantedEndpoint, secrets: Sequence[str]) -> bool:
        """Whether it can be kept: its version is ours, and its messages are signed with a secret that we have.

        The secret of one that somebody made by hand cannot be told; then any secret that we have is taken for it.
        """
        known = {fingerprint(secret) for secret in secrets}
        return self.version == API_VERSION and bool(known) and self.fingerprint in {None, *known}


@dataclass(frozen=True, slots=True)
class MendedEndpoint:
    """The endpoint that delivers to us now, and what was done for it; nothing where it was right already."""

    id: str
    acts: tuple[str, ...]


def fingerprint(secret: str) -> str:
    """What tells secrets apart; a secret has 32 random letters, so that nobody can guess it from this."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


class StripeEndpoints:
    """Makes and mends endpoints. Every method raises StripeAway or StripeRefused, and can be called again."""

    def __init__(self, api_key: str, *, api_base: str | None = None) -> None:
        """`api_base` is another Stripe, such as the twin."""
        self._client = open_client(api_key, api_base)

    def mend(
        self, wanted: WantedEndpoint, secrets: Sequence[str], keep_secret: Callable[[str], None], now: datetime
    ) -> MendedEndpoint:
        """Make our endpoint what it must be. `keep_secret` stores a new one's secret, before anything is switched off.

        Where the secret cannot be stored the new endpoint is removed again, and the error is raised.
        """
        ours = [endpoint for endpoint in self._endpoints() if endpoint.url.rstrip("/") == wanted.url]
        kept = [endpoint for endpoint in ours if endpoint.delivers(wanted, secrets)]
        acts: list[str] = []
        if kept:
            current = max(kept, key=lambda endpoint: (endpoint.fingerprint is not None, endpoint.created))
            acts += self._correct(current, wanted)
        else:
            current = self._make(wanted, keep_secret)
            acts.append(f"Made the endpoint {current.id}, and kept its signing secret.")
        for old in ours:
            if old.enabled and old.id != current.id:
                acts.append(self._switch_off(old, current, secrets, now))
        return MendedEndpoint(current.id, tuple(acts))

    def _endpoints(self) -> list[FoundEndpoint]:
        listed = self._call(lambda: self._client.v1.webhook_endpoints.list({"limit": 100}))
        return [_found_endpoint(endpoint) for endpoint in listed.data]

    def _correct(self, endpoint: FoundEndpoint, wanted: WantedEndpoint) -> list[str]:
        changes: dict[str, Any] = {}
        acts = []
        if endpoint.events != set(wanted.events):
            changes["enabled_events"] = list(wanted.events)
            acts.append(f"Set the {len(wanted.events)} events of the endpoint {endpoint.id}.")
        if not endpoint.enabled:
            changes["disabled"] = False
            acts.append(f"Switched the endpoint {endpoint.id} on.")
        if changes:
            self._update(endpoint.id, changes)
        return acts

    def _make(self, wanted: WantedEndpoint, keep_secret: Callable[[str], None]) -> FoundEndpoint:
        params = {
            "url": wanted.url,
            "enabled_events": list(wanted.events),
            "api_version": API_VERSION,
            "description": "Farthing",
        }
        made = self._call(lambda: self._client.v1.webhook_endpoints.create(cast(Any, params)))
        secret = str(made.secret)
        try:
            keep_secret(secret)
        except BaseException:
            self._call(lambda: self._client.v1.webhook_endpoints.delete(made.id))
            raise
        self._update(made.id, {"metadata": {FINGERPRINT: fingerprint(secret)}})
        return _found_endpoint(made)

    def _switch_off(self, old: FoundEndpoint, current: FoundEndpoint, secrets: Sequence[str], now: datetime) -> str:
        """Switch an old endpoint off, unless Stripe still tries to deliver through it what we could read."""
        readable = bool(secrets) and old.fingerprint in {None, *map(fingerprint, secrets)}
        if readable and now - current.created < RETRIES_END and self._waits(current.created):
            return (
                f"The old endpoint {old.id} stays: Stripe still tries some deliveries there. Both work meanwhile."
                " Run this again tomorrow."
            )
        self._update(old.id, {"disabled": True})
        return f"Switched the old endpoint {old.id} off ({old.version or 'the version of the account'})."

    def _waits(self, before: datetime) -> bool:
        """Whether some older event has not been delivered everywhere."""
        until = {"lte": int(before.timestamp())}
        listed = self._call(
            lambda: self._client.v1.events.list({"delivery_success": False, "created": cast(Any, until), "limit": 1})
        )
        return bool(listed.data)

    def _update(self, identity: str, changes: dict[str, Any]) -> None:
        self._call(lambda: self._client.v1.webhook_endpoints.update(identity, cast(Any, changes)))

    def _call(self, call: Callable[[], Any]) -> Any:
        try:
            return call_stripe(call)
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.user_message or error.param}") from error


def _found_endpoint(endpoint: stripe.WebhookEndpoint) -> FoundEndpoint:
    return FoundEndpoint(
        id=endpoint.id,
        url=endpoint.url,
        enabled=endpoint.status == "enabled",
        events=frozenset(endpoint.enabled_events),
        version=endpoint.api_version,
        fingerprint=endpoint.metadata.to_dict().get(FINGERPRINT),
        created=from_unix(endpoint.created),
    )
