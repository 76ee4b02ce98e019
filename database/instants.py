"""Instants are aware and in UTC. Code that needs the present instant gets a clock as an argument."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant by this machine's clock."""
    return datetime.now(UTC)


def start_of_day(day: date) -> datetime:
    """The instant at which a day begins in UTC: how Stripe writes a day."""
    return datetime.combine(day, time(), UTC)


def from_unix(seconds: int) -> datetime:
    """The instant that Stripe writes as whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
