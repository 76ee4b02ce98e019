"""The one way to change anything at the desk: a transaction that also writes down who changed what.

The change and its act are committed together, or neither is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from sqlalchemy.engine import Connection, Engine

from database.transactions import booking, writing
from staff import store
from staff.act import Act, Actor, Subject, Values


class NothingRecorded(RuntimeError):
    """A bug: a change ended without an act. It was rolled back."""


class Change:
    """An open transaction in which an actor changes something."""

    def __init__(self, conn: Connection, actor: Actor, now: datetime) -> None:
        self.conn, self.now = conn, now
        self._actor = actor
        self._recorded = False

    @property
    def is_recorded(self) -> bool:
        """Whether an act was written."""
        return self._recorded

    def record(
        self,
        what: str,
        subject: Subject,
        *,
        before: Values | None = None,
        after: Values | None = None,
        act_id: str | None = None,
    ) -> None:
        """Write down what was done.

        `act_id` makes repeating harmless: the same button pressed twice is one act. Without it each call is a
        new act.
        """
        act = Act(act_id or str(uuid4()), self.now, self._actor.who, what, subject, before, after, self._actor.address)
        store.add_act(self.conn, act)
        self._recorded = True


@contextmanager
def changing(engine: Engine, actor: Actor, now: datetime) -> Iterator[Change]:
    """Change something, as this actor. Raises NothingRecorded, and changes nothing, if no act was recorded."""
    with writing(engine) as conn:
        yield from _recorded(conn, actor, now)


@contextmanager
def changing_books(engine: Engine, actor: Actor, now: datetime) -> Iterator[Change]:
    """The same for an act that writes entries or closes a month: it is the one writer of books."""
    with booking(engine) as conn:
        yield from _recorded(conn, actor, now)


def _recorded(conn: Connection, actor: Actor, now: datetime) -> Iterator[Change]:
    change = Change(conn, actor, now)
    yield change
    if not change.is_recorded:
        raise NothingRecorded(f"{actor.who} changed something that was not recorded")
