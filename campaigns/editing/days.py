"""First and last days as they are typed, and the instants that they stand for. A last day is a whole day. Pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from web.typed_day import typed_day

_YEARS = range(2000, 2101)


class UnclearDay(ValueError):
    """What was typed is no day; the message says what to type."""


def read_day(typed: str) -> date | None:
    """The day that was typed, as a browser sends it or as people write it; None for nothing. Raises UnclearDay."""
    if not typed:
        return None
    day = typed_day(typed)
    if day is None or day.year not in _YEARS:
        raise UnclearDay("Enter a day like 6 May 2027.")
    return day


def opening_of(day: date | None, zone: tzinfo) -> datetime | None:
    """The instant at which a first day begins."""
    return None if day is None else datetime.combine(day, time(0), zone).astimezone(UTC)


def closing_of(day: date | None, zone: tzinfo) -> datetime | None:
    """The midnight after a last day."""
    return None if day is None else opening_of(day + timedelta(days=1), zone)


def first_day(opens_at: datetime | None, zone: tzinfo) -> date | None:
    """The day of an opening."""
    return opens_at and opens_at.astimezone(zone).date()


def last_day(closes_at: datetime | None, zone: tzinfo) -> date | None:
    """The last day before a closing: closing at midnight, it is the day before."""
    return closes_at and (closes_at - timedelta(microseconds=1)).astimezone(zone).date()
