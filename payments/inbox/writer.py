"""The inbox: a bounded queue and one writer thread that commits whatever waits as one batch.

While one commit reaches the disk the next batch gathers, so the cost of a durable commit is shared by all
who wait for it, and a slow disk or one busy campaign slows nobody more than the others.
"""

import asyncio
import threading
from enum import Enum
from queue import SimpleQueue

import structlog
from sqlalchemy.engine import Engine

from database.engine import Outage
from database.instants import Clock
from payments.applying import Bookkeeper
from payments.inbox.delivery import Delivery
from payments.inbox.keeping import keep_and_apply

LONGEST_QUEUE = 2000
LARGEST_BATCH = 256

log = structlog.get_logger()


class Outcome(Enum):
    """What became of a delivery, and so what Stripe is answered."""

    KEPT = 200
    TRY_LATER = 503


Letter = tuple[Delivery, "asyncio.Future[Outcome]"]


class Inbox:
    """Takes deliveries from the event loop and answers each when its transaction is on disk."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, clock: Clock) -> None:
        self._engine, self._bookkeeper, self._clock = engine, bookkeeper, clock
        self._queue: SimpleQueue[Letter | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="inbox", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting = 0
        self._closed = False

    def open(self) -> None:
        """Start the writer; call it on the event loop that will deliver."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Wait until the delivery is kept for good; TRY_LATER when the queue is full or the database away."""
        if self._loop is None or self._closed or self._waiting >= LONGEST_QUEUE:
            return Outcome.TRY_LATER
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self._waiting += 1
        self._queue.put((delivery, answer))
        return await answer

    async def close(self) -> None:
        """Take nothing more, write what waits, and join the writer."""
        self._closed = True
        if self._thread.is_alive():
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)

    def _write(self) -> None:
        open_for_more = True
        while open_for_more:
            batch, open_for_more = self._gather()
            if batch:
                self._answer(batch, self._keep([delivery for delivery, _ in batch]))

    def _gather(self) -> tuple[list[Letter], bool]:
        """Wait for one letter, then take what else is there."""
        batch: list[Letter] = []
        letter = self._queue.get()
        while letter is not None:
            batch.append(letter)
            if len(batch) == LARGEST_BATCH or self._queue.empty():
                return batch, True
            letter = self._queue.get()
        return batch, False

    def _keep(self, deliveries: list[Delivery]) -> Outcome:
        try:
            keep_and_apply(self._engine, self._bookkeeper, deliveries, self._clock())
        except Outage as error:
            log.error("database_away", deliveries=len(deliveries), error=type(error).__name__)
            return Outcome.TRY_LATER
        except Exception as error:  # noqa: BLE001 - nothing was kept; the writer must live for the next batch
            log.error("inbox_bug", deliveries=len(deliveries), error=type(error).__name__)
            return Outcome.TRY_LATER
        return Outcome.KEPT

    def _answer(self, batch: list[Letter], outcome: Outcome) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._tell, batch, outcome)

    def _tell(self, batch: list[Letter], outcome: Outcome) -> None:
        self._waiting -= len(batch)
        for _, answer in batch:
            if not answer.done():  # a caller who hung up has cancelled its future
                answer.set_result(outcome)
