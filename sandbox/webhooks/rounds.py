"""The rounds: every delivery that is due is written, carried and noted, by hand or by threads of their own."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sandbox.versions.telling import told_in
from sandbox.webhooks.courier import Carrying, Courier
from sandbox.webhooks.endpoint import CURRENT, secret_of
from sandbox.webhooks.letter import write
from sandbox.webhooks.queue import Delivery, first_due, give_up, next_due, note, of_event
from sandbox.world import World

log = logging.getLogger("sandbox")

COURIERS = 4
_LONGEST_NAP = 1.0


class Rounds:
    """Delivers what is due. No lock is held while the endpoint thinks, so that it may ask the twin meanwhile."""

    def __init__(self, world: World, courier: Carrying | None = None) -> None:
        self._world, self._courier = world, courier or Courier()
        self._in_the_air: set[int] = set()
        self._lock = threading.Lock()
        self._begun = False
        self._ending = threading.Event()

    def deliver_one(self, until: float | None = None) -> bool:
        """Carry the delivery that has been due longest; False when none is due."""
        delivery = self._claim(self._world.clock.unfrozen_now() if until is None else until)
        if delivery is None:
            return False
        try:
            self._deliver(delivery)
        finally:
            with self._lock:
                self._in_the_air.discard(delivery.seq)
            self._world.wake_threads()
        return True

    def _claim(self, until: float) -> Delivery | None:
        if self._world.settings.endpoint_url is None:
            return None
        with self._lock:
            delivery = first_due(self._world, until, frozenset(self._in_the_air))
            if delivery is not None:
                self._in_the_air.add(delivery.seq)
            return delivery

    def _deliver(self, delivery: Delivery) -> None:
        world = self._world
        with world.store.transaction():
            event, endpoint = world.store.find(delivery.event), world.store.find(delivery.endpoint)
            if event is None or endpoint is None or endpoint["status"] != "enabled":
                give_up(world, delivery)
                return
            habits = delivery.misbehaviour
            version = habits.get("version") or endpoint["api_version"] or CURRENT
            event = told_in(world, world.show(event), version)
            letter = write(event, secret_of(world, endpoint), int(world.real_time()), habits.get("signed"))
        note(world, delivery, self._courier.carry(letter, endpoint["url"]))

    def wait_for_couriers(self, until: float) -> None:
        """Return when nothing is in the air and nothing is due."""
        while self.deliver_one(until) or self._in_the_air:
            with self._world.wakeup:
                if self._in_the_air:
                    self._world.wakeup.wait(0.05)

    def answered(self, event_id: str) -> bool:
        """Whether the endpoint has had its first chance to answer this event; True when nobody delivers."""
        sent = of_event(self._world, event_id)
        return not self._begun or all(delivery.attempts or delivery.due is None for delivery in sent)

    def next_due(self) -> float | None:
        """The second at which the next delivery is due."""
        return None if self._world.settings.endpoint_url is None else next_due(self._world)

    def hang_up(self) -> None:
        """Close the connections to the endpoint, when nothing is carried any more."""
        self._courier.hang_up()

    def start(self, threads: ThreadPoolExecutor) -> None:
        """Begin the rounds of the couriers, and of the one who lets happen what is due."""
        self._begun = True
        for work in (self._let_happen, *[self.deliver_one] * COURIERS):
            self._send_out(threads, work)

    def _send_out(self, threads: ThreadPoolExecutor, work: Callable[[], bool]) -> None:
        """One round in a thread of its own. If it falls, the fall is logged and another one goes."""

        def after(ended: "Future[None]") -> None:
            if (fallen := ended.exception()) is not None and not self._ending.is_set():
                log.error("a round of the twin fell and is sent out again", exc_info=fallen)
                self._send_out(threads, work)

        threads.submit(self._until_the_end, work).add_done_callback(after)

    def end(self) -> None:
        """Let the threads finish what they carry, and go."""
        self._ending.set()
        self._world.wake_threads()

    def _until_the_end(self, work: Callable[[], bool]) -> None:
        """Work, and rest when there is nothing to do."""
        while not self._ending.is_set():
            rings = self._world.wakeups
            if not work():
                self._nap(rings)

    def _let_happen(self) -> bool:
        return self._world.run_due_tasks() > 0

    def _nap(self, rings: int) -> None:
        """Sleep until something is due, or until the bell rings again."""
        pause = self._pause()  # asked before the bell is held: it needs the store
        with self._world.wakeup:
            if self._world.wakeups == rings and not self._ending.is_set():
                self._world.wakeup.wait(pause)

    def _pause(self) -> float:
        if not self._world.clock.running:
            return _LONGEST_NAP
        first = self._world.tasks.next()
        due = [at for at in (first.at if first else None, self.next_due()) if at is not None]
        pause = min(due) - self._world.clock.unfrozen_now() if due else _LONGEST_NAP
        return min(max(pause, 0.01), _LONGEST_NAP)
