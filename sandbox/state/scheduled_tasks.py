"""Scheduled tasks in time order: the settlement of a charge, the expiry of a session, the next renewal."""

from dataclasses import dataclass
from math import inf

from sandbox.state.store import Store


@dataclass(frozen=True)
class ScheduledTask:
    """A task that runs when the twin's clock reaches `at`, in seconds since 1970.

    `name` is a key of `sandbox.lifecycle.tasks.TASKS`; `object_id` is the object that the task changes.
    """

    seq: int
    at: float
    name: str
    object_id: str


class ScheduledTasks:
    """The tasks that have not run yet, kept in the store's table `due`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def schedule(self, at: float, name: str, object_id: str) -> None:
        """Run this task on this object at that second."""
        self._store.execute("INSERT INTO due (at, what, subject) VALUES (?, ?, ?)", (at, name, object_id))

    def cancel(self, object_id: str, name: str | None = None) -> None:
        """Remove every task of an object, or only those of this name."""
        self._store.execute("DELETE FROM due WHERE subject = ? AND what = coalesce(?, what)", (object_id, name))

    def next(self, until: float = inf) -> ScheduledTask | None:
        """The first task, if it is due by `until`. Tasks at the same instant run in the order of scheduling."""
        rows = self._store.query(
            "SELECT seq, at, what, subject FROM due WHERE at <= ? ORDER BY at, seq LIMIT 1", (until,)
        )
        return ScheduledTask(*rows[0]) if rows else None

    def is_due(self, until: float) -> bool:
        """Whether any task is due by then."""
        return self.next(until) is not None

    def remove(self, task: ScheduledTask) -> None:
        """Remove a task that runs now."""
        self._store.execute("DELETE FROM due WHERE seq = ?", (task.seq,))

    def of(self, object_id: str) -> list[ScheduledTask]:
        """The tasks of one object, the earliest first."""
        rows = self._store.query("SELECT seq, at, what, subject FROM due WHERE subject = ? ORDER BY at", (object_id,))
        return [ScheduledTask(*row) for row in rows]
