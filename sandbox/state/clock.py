"""The twin's clock: it runs, stands still, or is turned forward. It never goes back."""

from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.state.store import Store

Wall = Callable[[], float]


class ClockWouldGoBack(ValueError):
    """A clock can be advanced or stopped, never turned back."""


class Clock:
    """Seconds since 1970 as the twin sees them. What it shows survives a restart."""

    def __init__(self, store: Store, wall: Wall) -> None:
        self._store, self._wall = store, wall
        self._held: float | None = None
        kept = store.fact("clock")
        self._offset: float = kept["offset"] if kept else 0.0
        self._still: float | None = kept["still"] if kept else None

    def now(self) -> float:
        """What the clock shows, in seconds."""
        if self._held is not None:
            return self._held
        return self.shown()

    def shown(self) -> float:
        """What the clock shows, even while a moment is held."""
        return self._still if self._still is not None else self._wall() + self._offset

    @property
    def held(self) -> bool:
        """Whether a step is being taken."""
        return self._held is not None

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self._still is None

    @property
    def ahead(self) -> float:
        """Seconds by which the twin's clock is ahead of the real one."""
        return self.shown() - self._wall()

    def moment(self) -> datetime:
        """What the clock shows, as an instant in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def hold(self, at: float | None) -> None:
        """Let every reading be this instant, until None is held."""
        self._held = at

    def turn_to(self, at: float) -> None:
        """Show this instant from now on; a running clock goes on running from there."""
        shown = self.shown()
        if at < shown - 1:
            raise ClockWouldGoBack(f"the clock already shows {shown:.0f}")
        at = max(at, shown)
        if self._still is not None:
            self._still = at
        else:
            self._offset = at - self._wall()
        self._keep()

    def set(self, at: float) -> None:
        """Stand still at this second, whatever was shown before: only for a world in which nothing is yet."""
        self._still = at
        self._keep()

    def stand_still(self) -> None:
        """Stop here."""
        self._still = self.shown()
        self._keep()

    def run(self) -> None:
        """Run at the pace of the real clock, from what is shown now."""
        if self._still is not None:
            self._offset = self._still - self._wall()
            self._still = None
        self._keep()

    def _keep(self) -> None:
        self._store.remember("clock", {"offset": self._offset, "still": self._still})
