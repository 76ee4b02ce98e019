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


@dataclass(frozen=True)
class FailedTask:
    """A task that failed and was set aside: it does not run again. `error` is the exception as text."""

    at: float
    name: str
    object_id: str
    error: str


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

    def set_aside(self, task: ScheduledTask, error: str) -> None:
        """Remove a task that failed, and keep it with its error among the failed ones."""
        self.remove(task)
        values = (task.at, task.name, task.object_id, error)
        self._store.execute("INSERT INTO failed_task (at, what, subject, error) VALUES (?, ?, ?, ?)", values)

    def failed(self) -> list[FailedTask]:
        """The tasks that failed, the earliest failure first."""
        return [
            FailedTask(*row)
            for row in self._store.query("SELECT at, what, subject, error FROM failed_task ORDER BY seq")
        ]

    def of(self, object_id: str) -> list[ScheduledTask]:
        """The tasks of one object, the earliest first."""
        rows = self._store.query("SELECT seq, at, what, subject FROM due WHERE subject = ? ORDER BY at", (object_id,))
        return [ScheduledTask(*row) for row in rows]
