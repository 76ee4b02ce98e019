"""The delivery loop: signs, sends and records each delivery that is due, when called or in threads of its own."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sandbox.api_versions.downgrade import downgrade_event
from sandbox.webhooks.endpoint import CURRENT, secret_of
from sandbox.webhooks.queue import (
    WebhookDelivery,
    deliveries_of,
    give_up,
    mark_failed,
    next_delivery,
    next_due_time,
    record_attempt,
)
from sandbox.webhooks.sender import HttpSender, Sender
from sandbox.webhooks.signed_message import sign_event
from sandbox.world import World

log = logging.getLogger("sandbox")

SENDER_THREADS = 4
_MAX_PAUSE = 1.0
"""Real seconds for which a thread waits at most before it looks again for due work."""


class DeliveryLoop:
    """Delivers what is due. While the endpoint works on its response no lock is held: it may call the twin's API."""

    def __init__(self, world: World, sender: Sender | None = None) -> None:
        self._world, self._sender = world, sender or HttpSender()
        self._in_flight: set[int] = set()
        self._lock = threading.Lock()
        self._started = False
        self._stopping = threading.Event()

    def deliver_next(self, until: float | None = None) -> bool:
        """Attempt the delivery that has been due longest; False where none is due."""
        delivery = self._claim(self._world.clock.unfrozen_now() if until is None else until)
        if delivery is None:
            return False
        try:
            self._deliver(delivery)
        except Exception as error:
            log.exception(
                "the delivery of %s to %s failed in the twin and is set aside", delivery.event, delivery.endpoint
            )
            mark_failed(self._world, delivery, error)
        finally:
            with self._lock:
                self._in_flight.discard(delivery.seq)
            self._world.wake_threads()
        return True

    def _claim(self, until: float) -> WebhookDelivery | None:
        """The next due delivery, marked as in flight so that no other thread takes it."""
        if self._world.settings.endpoint_url is None:
            return None
        with self._lock:
            delivery = next_delivery(self._world, until, frozenset(self._in_flight))
            if delivery is not None:
                self._in_flight.add(delivery.seq)
            return delivery

    def _deliver(self, delivery: WebhookDelivery) -> None:
        world = self._world
        with world.store.transaction():
            event, endpoint = world.store.find(delivery.event), world.store.find(delivery.endpoint)
            if event is None or endpoint is None or endpoint["status"] != "enabled":
                give_up(world, delivery)
                return
            faults = delivery.faults
            version = faults.get("version") or endpoint["api_version"] or CURRENT
            event = downgrade_event(world, world.show(event), version)
            message = sign_event(event, secret_of(world, endpoint), int(world.real_time()), faults.get("signed"))
        record_attempt(world, delivery, self._sender.send(message, endpoint["url"]))

    def deliver_all_due(self, until: float) -> None:
        """Make every delivery that is due by then; return when none is due and none is in flight."""
        while self.deliver_next(until) or self._in_flight:
            with self._world.wakeup:
                if self._in_flight:
                    self._world.wakeup.wait(0.05)

    def was_attempted(self, event_id: str) -> bool:
        """Whether each delivery of this event was attempted once; True where no threads deliver."""
        deliveries = deliveries_of(self._world, event_id)
        return not self._started or all(delivery.attempts or delivery.due is None for delivery in deliveries)

    def next_due_time(self) -> float | None:
        """The second at which the next delivery is due."""
        return None if self._world.settings.endpoint_url is None else next_due_time(self._world)

    def close(self) -> None:
        """Close the connections to the endpoint. Called when nothing is sent any more."""
        self._sender.close()

    def start(self, threads: ThreadPoolExecutor) -> None:
        """Start the threads: one runs scheduled tasks, the others send."""
        self._started = True
        for work in (self._run_due_tasks, *[self.deliver_next] * SENDER_THREADS):
            self._start_thread(threads, work)

    def _start_thread(self, threads: ThreadPoolExecutor, work: Callable[[], bool]) -> None:
        """Repeat this work in a thread. If the thread fails, the failure is logged and another one is started."""

        def restart_after_failure(ended: "Future[None]") -> None:
            if (failure := ended.exception()) is not None and not self._stopping.is_set():
                log.error("a thread of the twin failed and is started again", exc_info=failure)
                self._start_thread(threads, work)

        threads.submit(self._repeat, work).add_done_callback(restart_after_failure)

    def stop(self) -> None:
        """Let each thread finish what it is doing, and end."""
        self._stopping.set()
        self._world.wake_threads()

    def _repeat(self, work: Callable[[], bool]) -> None:
        """Do the work again and again; pause when there is none."""
        while not self._stopping.is_set():
            wakeups = self._world.wakeups
            if not work():
                self._pause(wakeups)

    def _run_due_tasks(self) -> bool:
        return self._world.run_due_tasks() > 0

    def _pause(self, wakeups: int) -> None:
        """Wait until something is due, or until threads were woken since `wakeups` was read."""
        seconds = self._seconds_to_next()  # computed before the condition is acquired, because it needs the store
        with self._world.wakeup:
            if self._world.wakeups == wakeups and not self._stopping.is_set():
                self._world.wakeup.wait(seconds)

    def _seconds_to_next(self) -> float:
        """Real seconds until the next task or delivery is due, within 0.01 and `_MAX_PAUSE`."""
        if not self._world.clock.running:
            return _MAX_PAUSE
        task = self._world.tasks.next()
        times = [at for at in (task.at if task else None, self.next_due_time()) if at is not None]
        seconds = min(times) - self._world.clock.unfrozen_now() if times else _MAX_PAUSE
        return min(max(seconds, 0.01), _MAX_PAUSE)
