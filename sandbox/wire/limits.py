"""Rate limits, when they are switched on: so many calls in a second, and no more."""

import time
from collections import deque
from collections.abc import Callable

from sandbox.wire.refusals import Refused, RefusedUnread
from sandbox.world import World

IN_ALL, SESSIONS = 100, 25
"""Calls a second, in real time: all of them, and new sessions (docs.stripe.com/rate-limits, a sandbox's figures)."""
_SESSIONS = ("POST", "/v1/checkout/sessions")


def too_many(reason: str) -> Refused:
    """Stripe's answer to whoever asks too fast."""
    return RefusedUnread(
        "Request rate limit exceeded. You can learn more about rate limits here "
        f"https://stripe.com/docs/rate-limits. ({reason})",
        status=429,
        code="rate_limit",
    )


class Limits:
    """Counts the calls of the last second."""

    def __init__(self, world: World, clock: Callable[[], float] = time.monotonic) -> None:
        self._world, self._clock = world, clock
        self._calls: deque[float] = deque()
        self._sessions: deque[float] = deque()

    def count(self, method: str, path: str) -> None:
        """Let a call in, or refuse it."""
        if not self._world.store.get_value("limited"):
            return
        self._room(self._calls, IN_ALL, "global-rate")
        if (method, path) == _SESSIONS:
            self._room(self._sessions, SESSIONS, "endpoint-rate")

    def _room(self, calls: "deque[float]", most: int, reason: str) -> None:
        now = self._clock()
        while calls and calls[0] <= now - 1:
            calls.popleft()
        if len(calls) >= most:
            raise too_many(reason)
        calls.append(now)
