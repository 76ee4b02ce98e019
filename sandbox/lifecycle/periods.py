"""Billing periods: when a subscription renews. Months keep the anchor's day, or end on their last day."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from sandbox.state.store import Object

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}


def period_after(anchor: int, recurring: Object, start: int) -> int:
    """The end of the period that begins at `start`, both in seconds. `anchor` is the second that sets the day of month.

    `recurring` is the price's field of that name: interval and interval_count.
    """
    started = datetime.fromtimestamp(start, UTC)
    count: int = recurring["interval_count"]
    if recurring["interval"] in DAYS:
        return int((started + timedelta(days=DAYS[recurring["interval"]] * count)).timestamp())
    years, month = divmod(started.month - 1 + MONTHS[recurring["interval"]] * count, 12)
    year, month = started.year + years, month + 1
    day = min(datetime.fromtimestamp(anchor, UTC).day, monthrange(year, month)[1])
    return int(started.replace(year=year, month=month, day=day).timestamp())
