"""When a delivery that failed is tried again: for three days, at growing distances. Pure."""

from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(days=3)
# After the first attempt, the second, and so on; the last one repeats.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=12),
)
# Attempts are spread by up to so many hundredths of a wait, so that what failed together does not come back together.
SPREAD = 20


def next_delivery_at(first: datetime, attempts: int, now: datetime, chance: int) -> datetime | None:
    """When to try again after so many attempts, the first at `first`; None after three days.

    `chance` is between 0 and twice the spread. The last attempt is made when three days have passed.
    """
    end = first + GIVE_UP_AFTER
    if now >= end:
        return None
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    return min(now + wait * (100 - SPREAD + chance) // 100, end)
