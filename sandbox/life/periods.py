"""Periods: when a standing gift is due again. Months keep the day of the anchor, as far as they have it."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from sandbox.state.store import Object

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}


def period_after(anchor: int, rhythm: Object, start: int) -> int:
    """The end of the period that begins at `start`, both in seconds; `anchor` says which day of the month is meant."""
    began = datetime.fromtimestamp(start, UTC)
    count: int = rhythm["interval_count"]
    if rhythm["interval"] in DAYS:
        return int((began + timedelta(days=DAYS[rhythm["interval"]] * count)).timestamp())
    years, month = divmod(began.month - 1 + MONTHS[rhythm["interval"]] * count, 12)
    year, month = began.year + years, month + 1
    day = min(datetime.fromtimestamp(anchor, UTC).day, monthrange(year, month)[1])
    return int(began.replace(year=year, month=month, day=day).timestamp())
