"""When a failed delivery is tried again: soon at first, then ever more slowly, for three days (Stripe's live rule)."""

GIVE_UP_AFTER = 3 * 86400.0
PAUSES = (1.0, 3.0, 10.0, 60.0, 5 * 60.0, 30 * 60.0, 2 * 3600.0, 5 * 3600.0, 10 * 3600.0)
"""Seconds of the twin's clock after the first, second, … failed attempt; then every twelve hours."""
LATER = 12 * 3600.0


def next_attempt(planned: float, attempts: int, now: float) -> float | None:
    """The instant of the next attempt after this many failed ones, or None when three days are over."""
    pause = PAUSES[attempts - 1] if attempts <= len(PAUSES) else LATER
    return now + pause if now + pause <= planned + GIVE_UP_AFTER else None
