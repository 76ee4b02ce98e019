"""When a failed delivery is attempted again: Stripe's live rule, with growing delays for three days."""

GIVE_UP_AFTER = 3 * 86400.0
"""Seconds from the first attempt after which no further one is made."""
RETRY_DELAYS = (1.0, 3.0, 10.0, 60.0, 5 * 60.0, 30 * 60.0, 2 * 3600.0, 5 * 3600.0, 10 * 3600.0)
"""Seconds of the twin's clock after the first, second, … failed attempt."""
LATER_DELAY = 12 * 3600.0
"""Seconds after each failed attempt that follows those."""


def next_attempt(first_attempt: float, failed_attempts: int, now: float) -> float | None:
    """The second of the next attempt after this many failed ones, or None when three days are over."""
    delay = RETRY_DELAYS[failed_attempts - 1] if failed_attempts <= len(RETRY_DELAYS) else LATER_DELAY
    return now + delay if now + delay <= first_attempt + GIVE_UP_AFTER else None
