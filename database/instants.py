"""Instants are aware and in UTC. Code that needs the present instant gets a clock as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant by this machine's clock."""
    return datetime.now(UTC)


def is_due(at: datetime, now: datetime, longest: timedelta) -> bool:
    """Whether an instant for which we wait at most `longest` has come.

    One that lies further ahead was written while this machine's clock was: it has come as well, or we would wait
    for years after the clock was set back. `database.questions.has_come` is the same for a column.
    """
    return not now < at <= now + longest


def from_unix(seconds: int) -> datetime:
    """The instant that Stripe writes as whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
