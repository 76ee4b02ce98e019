"""Idempotency-Key, by Stripe's rules (docs.stripe.com/api/idempotent_requests)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.state.store import Store
from sandbox.wire.refusals import RefusedUnread

REMEMBERED = 24 * 3600
LONGEST = 255


@dataclass(frozen=True)
class Remembered:
    """The answer that a key was given the first time."""

    status: int
    body: str
    request: str


class Keys:
    """Which keys were used, with which parameters, and what they were answered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_the_air: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def alone(self, key: str | None) -> Iterator[None]:
        """Refuse a second request with the same key while the first is not yet answered."""
        with self._lock:
            if key is not None and key in self._in_the_air:
                raise RefusedUnread(
                    "There is currently another in-progress request using this Idempotent Key (that probably means you "
                    f"submitted twice, and the other request is still going through): {key}. Please try again later.",
                    status=409,
                    error_type="idempotency_error",
                    code="idempotency_key_in_use",
                )
            if key is not None:
                self._in_the_air.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._in_the_air.discard(key or "")

    def recall(self, key: str, fingerprint: str, now: float) -> Remembered | None:
        """What this key was answered in the last 24 hours; other parameters than then are refused."""
        self._store.execute("DELETE FROM answered WHERE at < ?", (now - REMEMBERED,))
        rows = self._store.query("SELECT fingerprint, status, body, request FROM answered WHERE key = ?", (key,))
        if not rows:
            return None
        if rows[0][0] != fingerprint:
            raise RefusedUnread(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
                f"using a key other than '{key}' if you meant to execute a different request.",
                error_type="idempotency_error",
            )
        return Remembered(*rows[0][1:])

    def remember(self, key: str, fingerprint: str, answer: Remembered, now: float) -> None:
        """Keep the answer of a key."""
        self._store.execute(
            "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?)",
            (key, fingerprint, answer.status, answer.body, answer.request, now),
        )
