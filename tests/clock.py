"""A clock for tests: it stands still until it is told to move."""

from datetime import datetime, timedelta


class FixedClock:
    """Called like any other clock; only `advance` makes time pass."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The instant at which the test stands."""
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """Let time pass, and say what time it is then."""
        self.now += by
        return self.now
