"""The twin's test clock: it runs, is stopped, or is advanced. It never goes back."""

from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.state.store import Store

RealTime = Callable[[], float]
"""The machine's own clock, in seconds since 1970."""


class ClockCannotGoBack(ValueError):
    """A clock can be advanced or stopped, never turned back."""


class Clock:
    """The twin's time in seconds since 1970. It is kept in the store and survives a restart."""

    def __init__(self, store: Store, real_time: RealTime) -> None:
        self._store, self._real_time = store, real_time
        self._frozen_at: float | None = None
        saved = store.get_value("clock")
        self._offset: float = saved["offset"] if saved else 0.0
        self._stopped_at: float | None = saved["still"] if saved else None

    def now(self) -> float:
        """The time in seconds; within a step it is the instant at which the step began."""
        if self._frozen_at is not None:
            return self._frozen_at
        return self.unfrozen_now()

    def unfrozen_now(self) -> float:
        """The time in seconds, also while a step has frozen the clock."""
        return self._stopped_at if self._stopped_at is not None else self._real_time() + self._offset

    @property
    def is_frozen(self) -> bool:
        """Whether a step is being taken."""
        return self._frozen_at is not None

    @property
    def running(self) -> bool:
        """Whether the clock runs at the pace of the real one."""
        return self._stopped_at is None

    @property
    def seconds_ahead(self) -> float:
        """Seconds by which the twin's clock is ahead of the real one."""
        return self.unfrozen_now() - self._real_time()

    def as_datetime(self) -> datetime:
        """The time as an instant in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def freeze(self, at: float | None) -> None:
        """Let `now` answer this instant until the clock is unfrozen with None."""
        self._frozen_at = at

    def advance_to(self, at: float) -> None:
        """Show this second from now on; a running clock goes on running from there."""
        now = self.unfrozen_now()
        if at < now - 1:
            raise ClockCannotGoBack(f"the clock already shows {now:.0f}")
        at = max(at, now)
        if self._stopped_at is not None:
            self._stopped_at = at
        else:
            self._offset = at - self._real_time()
        self._save()

    def set(self, at: float) -> None:
        """Stop at this second, earlier or later. Only for a twin that holds no objects yet."""
        self._stopped_at = at
        self._save()

    def stop(self) -> None:
        """Stop at the present second."""
        self._stopped_at = self.unfrozen_now()
        self._save()

    def run(self) -> None:
        """Run at the pace of the real clock, from the present second."""
        if self._stopped_at is not None:
            self._offset = self._stopped_at - self._real_time()
            self._stopped_at = None
        self._save()

    def _save(self) -> None:
        self._store.set_value("clock", {"offset": self._offset, "still": self._stopped_at})
