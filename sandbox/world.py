"""The twin's world: its objects, its clock, what is due, and the rule that all of it moves one step at a time."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.state.agenda import Agenda
from sandbox.state.clock import Clock, Wall
from sandbox.state.names import Names
from sandbox.state.store import Object, Store

Happening = Callable[["World", str], None]
"""What a due line of the agenda does: it gets the world and the id of its subject."""

Computed = Callable[["World", Object], Object]
"""Fields of one kind of object that follow from the clock or from other tables, made when it is shown."""


@dataclass(frozen=True)
class Cause:
    """The API request behind what happens now; both None when nobody asked (a settlement, a renewal)."""

    request: str | None = None
    idempotency_key: str | None = None


NOBODY = Cause()
AT_ONCE = 100
"""Happenings in one transaction, at most: more would keep callers waiting."""


@dataclass
class Surroundings:
    """Where the twin lives. The addresses are known only once ports are bound, so they may be set late."""

    public_url: str
    organisation: str
    endpoint_url: str | None
    endpoint_secret: str


class World:
    """Everything the twin knows. Change it only inside `step`."""

    def __init__(
        self,
        store: Store,
        surroundings: Surroundings,
        *,
        happenings: Mapping[str, Happening],
        computed: Mapping[str, Computed],
        seed: int,
        wall: Wall,
    ) -> None:
        self.store, self.surroundings, self.wall = store, surroundings, wall
        self.clock = Clock(store, wall)
        self.agenda = Agenda(store)
        self.names = Names(store, seed, self.clock.now)
        self.cause = NOBODY
        self.bell = threading.Condition()
        self.rings = 0
        self._stirred = False
        self.mood: Any = None
        """How the twin misbehaves, as `chaos` read it; None until it was read."""
        self.endpoints: Any = None
        """The endpoints, as `webhooks.endpoint` read them; None until they were read."""
        self._happenings, self._computed = happenings, computed

    @property
    def now(self) -> int:
        """The second in which we are; it stands still within a step."""
        return int(self.clock.now())

    @contextmanager
    def step(self, cause: Cause = NOBODY) -> Iterator[None]:
        """One transaction, at one instant. What is due by then happens first, so that time has one order."""
        self.catch_up()
        with self.store.transaction(), self._moment(cause, self.clock.shown()):
            yield
        self._ring_if_stirred()

    @contextmanager
    def _moment(self, cause: Cause, at: float) -> Iterator[None]:
        """While it lasts, the clock shows this instant and what happens has this cause."""
        assert not self.clock.held, "a step within a step would have two instants"
        self.clock.hold(at)
        self.cause = cause
        try:
            yield
            self.names.keep()
        finally:
            self.clock.hold(None)
            self.cause = NOBODY

    def catch_up(self, until: float | None = None) -> int:
        """Let everything happen that is due by now (or by `until`), in order; how much it was."""
        count = 0
        while some := self._happen_some(self.clock.shown() if until is None else until):
            count += some
        return count

    def _happen_some(self, until: float) -> int:
        """Let the first few things happen that are due by then, each at its own instant."""
        if not self.agenda.is_due(until):
            return 0
        count = 0
        with self.store.transaction():
            while count < AT_ONCE and (due := self.agenda.next(until)) is not None:
                with self._moment(NOBODY, due.at):
                    self.agenda.strike(due)
                    self._happenings[due.what](self, due.subject)
                count += 1
        self._ring_if_stirred()
        return count

    def _ring_if_stirred(self) -> None:
        """Never inside a transaction: whoever wakes up will want one."""
        if self._stirred:
            self._stirred = False
            self.ring()

    def show(self, obj: Object) -> Object:
        """An object as a call answers it now."""
        computed = self._computed.get(obj.get("object", ""))
        return {**public(obj), **computed(self, obj)} if computed else public(obj)

    def stir(self) -> None:
        """At the end of this step, wake whoever waits for something to be due."""
        self._stirred = True

    def ring(self) -> None:
        """Wake whoever waits for something to be due."""
        with self.bell:
            self.rings += 1
            self.bell.notify_all()


def public(obj: Object) -> Object:
    """An object as the API shows it: without the fields that are the twin's own."""
    return {name: value for name, value in obj.items() if name[0] != "_"}
