"""The course of time: what is due happens and is delivered, now or up to a later hour, always in order."""

from datetime import timedelta

from sandbox.webhooks.endpoint import know_the_address
from sandbox.webhooks.rounds import Rounds
from sandbox.world import World


class Course:
    """Turns the clock for tests, for the panel and for commands; works in the caller's thread."""

    def __init__(self, world: World, rounds: Rounds) -> None:
        self.world, self._rounds = world, rounds

    def settle(self) -> None:
        """Do everything that is due at this moment, deliveries included."""
        until = self.world.clock.shown()
        self.world.catch_up(until)
        self._rounds.wait_for_couriers(until)

    def advance(self, by: float | timedelta) -> None:
        """Turn the clock forward, and let everything due in between happen and be delivered, in order."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        self.turn_to(self.world.clock.shown() + seconds)

    def turn_to(self, until: float) -> None:
        """Turn the clock forward to this second. Where nobody is told of it, time need not stop at each event."""
        self.settle()
        if self.world.surroundings.endpoint_url is None:
            self.world.catch_up(until)
        while (at := self._first_due()) is not None and at <= until:
            self.world.clock.turn_to(max(at, self.world.clock.shown()))
            self.settle()
        self.world.clock.turn_to(until)

    def _first_due(self) -> float | None:
        first = self.world.agenda.next()
        due = [at for at in (first.at if first else None, self._rounds.next_due()) if at is not None]
        return min(due, default=None)

    def reset(self) -> None:
        """Forget every object, event and delivery, and how the twin was set. Ids are never given twice."""
        with self.world.store.transaction():
            self.world.store.forget_everything()
        self.world.mood = self.world.endpoints = None
        know_the_address(self.world)
