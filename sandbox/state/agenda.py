"""What is due, in time order: the settlement of a charge, the expiry of a session, the next renewal."""

from dataclasses import dataclass
from math import inf

from sandbox.state.store import Store


@dataclass(frozen=True)
class Due:
    """One happening that will come: what, to which object, at which second of the twin's clock."""

    seq: int
    at: float
    what: str
    subject: str


class Agenda:
    """The list of due happenings, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(self, at: float, what: str, subject: str) -> None:
        """Let this happen to this object at that second."""
        self._store.run("INSERT INTO due (at, what, subject) VALUES (?, ?, ?)", (at, what, subject))

    def cancel(self, subject: str, what: str | None = None) -> None:
        """Nothing (or nothing of this sort) will happen to this object any more."""
        self._store.run("DELETE FROM due WHERE subject = ? AND what = coalesce(?, what)", (subject, what))

    def next(self, until: float = inf) -> Due | None:
        """What comes first, if it is due by then; of two at the same instant, what was planned first."""
        rows = self._store.ask(
            "SELECT seq, at, what, subject FROM due WHERE at <= ? ORDER BY at, seq LIMIT 1", (until,)
        )
        return Due(*rows[0]) if rows else None

    def is_due(self, until: float) -> bool:
        """Whether anything is due by then."""
        return self.next(until) is not None

    def strike(self, due: Due) -> None:
        """It has happened."""
        self._store.run("DELETE FROM due WHERE seq = ?", (due.seq,))

    def of(self, subject: str) -> list[Due]:
        """What is still due for this object."""
        rows = self._store.ask("SELECT seq, at, what, subject FROM due WHERE subject = ? ORDER BY at", (subject,))
        return [Due(*row) for row in rows]
