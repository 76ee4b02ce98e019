"""Idempotency-Key, by Stripe's rules (docs.stripe.com/api/idempotent_requests)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.api.errors import RejectedRequest
from sandbox.state.store import Store

SAVED_FOR = 24 * 3600
"""Seconds for which the response to a key is saved."""
MAX_KEY_LENGTH = 255


@dataclass(frozen=True)
class SavedResponse:
    """The response to the first request with a key."""

    status: int
    body: str
    request_id: str


class IdempotencyKeys:
    """The keys that were used, with the parameters of their requests and the responses."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_progress: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def exclusive(self, key: str | None) -> Iterator[None]:
        """Reject a second request with the same key while the first is in progress."""
        with self._lock:
            if key is not None and key in self._in_progress:
                raise RejectedRequest(
                    "There is currently another in-progress request using this Idempotent Key (that probably means you "
                    f"submitted twice, and the other request is still going through): {key}. Please try again later.",
                    status=409,
                    error_type="idempotency_error",
                    code="idempotency_key_in_use",
                )
            if key is not None:
                self._in_progress.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._in_progress.discard(key or "")

    def find(self, key: str, fingerprint: str, now: float) -> SavedResponse | None:
        """The response that was saved for this key in the last 24 hours, or None.

        A request with other parameters than the first is rejected.
        """
        self._store.execute("DELETE FROM answered WHERE at < ?", (now - SAVED_FOR,))
        rows = self._store.query("SELECT fingerprint, status, body, request FROM answered WHERE key = ?", (key,))
        if not rows:
            return None
        if rows[0][0] != fingerprint:
            raise RejectedRequest(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
                f"using a key other than '{key}' if you meant to execute a different request.",
                error_type="idempotency_error",
            )
        return SavedResponse(*rows[0][1:])

    def save(self, key: str, fingerprint: str, response: SavedResponse, now: float) -> None:
        """Save the response to the first request with this key."""
        self._store.execute(
            "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?)",
            (key, fingerprint, response.status, response.body, response.request_id, now),
        )
