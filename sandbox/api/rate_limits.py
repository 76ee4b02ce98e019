"""Stripe's rate limits. They are off until the control `limits` switches them on."""

import time
from collections import deque
from collections.abc import Callable

from sandbox.api.errors import ApiError, RejectedRequest
from sandbox.world import World

MAX_CALLS, MAX_SESSIONS = 100, 25
"""All calls, and new checkout sessions, in one real second: a Stripe sandbox's (docs.stripe.com/rate-limits)."""
_NEW_SESSION = ("POST", "/v1/checkout/sessions")


def rate_limited(reason: str) -> ApiError:
    """Stripe's error for a caller that makes too many calls."""
    return RejectedRequest(
        "Request rate limit exceeded. You can learn more about rate limits here "
        f"https://stripe.com/docs/rate-limits. ({reason})",
        status=429,
        code="rate_limit",
    )


class RateLimits:
    """Counts the calls of the last real second."""

    def __init__(self, world: World, clock: Callable[[], float] = time.monotonic) -> None:
        self._world, self._clock = world, clock
        self._call_times: deque[float] = deque()
        self._session_times: deque[float] = deque()

    def count(self, method: str, path: str) -> None:
        """Count a call; reject it where there were too many."""
        if not self._world.store.get_value("limited"):
            return
        self._count_in(self._call_times, MAX_CALLS, "global-rate")
        if (method, path) == _NEW_SESSION:
            self._count_in(self._session_times, MAX_SESSIONS, "endpoint-rate")

    def _count_in(self, times: "deque[float]", maximum: int, reason: str) -> None:
        now = self._clock()
        while times and times[0] <= now - 1:
            times.popleft()
        if len(times) >= maximum:
            raise rate_limited(reason)
        times.append(now)
