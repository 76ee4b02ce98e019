"""The writer: commits the deliveries that wait as one batch, and answers each of them.

It reads messages from one end of a socket pair and answers there, one byte a message, in their order. While one commit
reaches the disk the next batch gathers in the socket, so that many deliveries share the cost of a durable commit. In
production it is a process beside the web. As a thread it competed with the event loop for the interpreter's lock
(docs/performance.md).
"""

import math
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import IntEnum

import structlog
from sqlalchemy.engine import Engine

from database.engine import Outage
from database.instants import Clock
from payments.books.bookkeeper import Bookkeeper
from payments.inbox.delivery import Delivery, NotAnEvent, parse
from payments.inbox.keep import Intake, take_in

LARGEST_BATCH = 256
LENGTH_BYTES = 4
_READ_BYTES = 1 << 20
# Nothing that a web has kept waits longer than a second for the books while any web lives. Each web looks so often; one
# that did not get the books tries again so soon.
LOOK_SECONDS, RETRY_SECONDS = 0.5, 0.05
# While another process has the books we gather messages before we keep them: a commit for few costs it the processor.
GATHER_SECONDS, LONGEST_GATHER_SECONDS = 0.01, 0.25
# From this lag on we keep less than could come, so that the one who applies catches up.
TOLERATED_LAG_SECONDS = 0.4

log = structlog.get_logger()


class Outcome(IntEnum):
    """What became of a delivery; the value is the byte that answers it."""

    KEPT = 1
    TRY_LATER = 2
    REFUSED = 3


def frame(body: bytes) -> bytes:
    """A body as it is sent to the writer: its length, then its bytes."""
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def gathering_seconds(lag: timedelta) -> float:
    """How long to gather messages while another process has the books and lags so far behind."""
    excess = max(0.0, lag.total_seconds() - TOLERATED_LAG_SECONDS)
    return min(GATHER_SECONDS + excess, LONGEST_GATHER_SECONDS)


class Writer:
    """Takes in deliveries for one web process, until that closes its end of the socket."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, clock: Clock, *, livemode: bool) -> None:
        self._engine, self._bookkeeper, self._clock, self._livemode = engine, bookkeeper, clock, livemode
        self._shares_books = engine.dialect.name == "postgresql"
        self._look_at = 0.0  # when to look next for what other webs have kept, by the monotonic clock
        self._gather_until = 0.0  # the next batch is taken in no earlier, by the same clock
        self._has_kept = False  # what was taken in last waits for the books
        self._has_outage = False

    def serve(self, connection: socket.socket) -> None:
        """Take in batch after batch; returns when the web has closed its end and everything is answered."""
        incoming = _IncomingMessages(connection, self._read)
        with connection, suppress(ConnectionError):  # the web was killed: there is nobody to answer
            while (batch := incoming.next_batch(self._patience(), self._gather_until)) is not None:
                connection.sendall(bytes(self._write(batch)))
        if self._shares_books:
            self._apply_the_rest()

    def _patience(self) -> float | None:
        """How many seconds to wait for messages: until it is time to look for what other webs have kept."""
        return max(0.0, self._look_at - time.monotonic()) if self._shares_books else None

    def _apply_the_rest(self) -> None:
        """Apply what is kept and not applied, unless another process has the books: then it will."""
        self._look_at = 0.0
        while self._take_in(()) and self._patience() == 0.0:
            pass

    def _write(self, batch: Sequence[Delivery | None]) -> list[Outcome]:
        """Keep these in one commit; the outcome of each."""
        deliveries = [delivery for delivery in batch if delivery]
        kept = self._take_in(deliveries)
        outcome = Outcome.KEPT if kept else Outcome.TRY_LATER
        return [outcome if delivery else Outcome.REFUSED for delivery in batch]

    def _read(self, body: bytes) -> Delivery | None:
        """The delivery, or None for what is refused."""
        if not body:
            return None  # the web asks only whether we live
        try:
            delivery = parse(body)
            if delivery.livemode is not self._livemode:
                raise NotAnEvent("the event is of the other mode: test and live money never meet")
        except NotAnEvent as refusal:
            log.warning("delivery_refused", why=str(refusal))
            return None
        return delivery

    def _take_in(self, deliveries: Sequence[Delivery]) -> bool:
        """Take them in, and what other webs have kept when it is time to look; whether they are committed."""
        look = self._shares_books and (self._has_kept or time.monotonic() >= self._look_at)
        if not deliveries and not look:
            return True
        try:
            intake = take_in(self._engine, self._bookkeeper, deliveries, self._clock(), look=look)
        except Outage as error:
            self._note_outage(error)
            return False
        except Exception as error:  # noqa: BLE001 - nothing was kept; the writer must go on with the next batch
            log.error("inbox_bug", deliveries=len(deliveries), error=type(error).__name__)
            self._look_at = time.monotonic() + LOOK_SECONDS
            return False
        self._has_outage = False
        self._set_pace(intake, looked=look)
        return True

    def _set_pace(self, intake: Intake, *, looked: bool) -> None:
        """Decide when to look again, and until when to gather messages for the next batch."""
        now = time.monotonic()
        self._has_kept = not intake.applied
        self._gather_until = now + gathering_seconds(intake.lag) if self._has_kept else 0.0
        if self._has_kept:
            self._look_at = now + RETRY_SECONDS
        elif looked:
            self._look_at = now + (0.0 if intake.more else LOOK_SECONDS)

    def _note_outage(self, error: Exception) -> None:
        """Log that the database is away, once an outage: Stripe sends thousands of deliveries into one."""
        if not self._has_outage:
            log.error("database_away", error=type(error).__name__)
        self._has_outage = True
        self._look_at = time.monotonic() + LOOK_SECONDS


@contextmanager
def writer_thread(writer: Writer) -> Iterator[socket.socket]:
    """Run a writer in a thread, for tests and for a web without a writer process; yields the web's end."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=writer.serve, args=(theirs,), name="writer", daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        ours.close()
        thread.join()


class _IncomingMessages:
    """The messages that have come over the socket, in their order."""

    def __init__(self, connection: socket.socket, read: Callable[[bytes], Delivery | None]) -> None:
        self._connection, self._read = connection, read
        self._readable = select.poll()
        self._readable.register(connection, select.POLLIN)
        self._bytes = bytearray()  # may end with the beginning of another message
        self._messages: list[Delivery | None] = []

    def next_batch(self, patience: float | None, gather_until: float) -> list[Delivery | None] | None:
        """Wait for the next batch, at most so many seconds, after which it is empty; None when the web has closed.

        Messages that have come wait for others until `gather_until`, by the monotonic clock.
        """
        while not self._messages:
            if not self._readable.poll(None if patience is None else math.ceil(patience * 1000)):
                return []
            if not self._receive():
                return None
        time.sleep(max(0.0, gather_until - time.monotonic()))
        with suppress(OSError):  # there is nothing more; or the web was killed, which the next call notices
            while len(self._messages) < LARGEST_BATCH and self._receive(socket.MSG_DONTWAIT):
                pass
        batch, self._messages = self._messages[:LARGEST_BATCH], self._messages[LARGEST_BATCH:]
        return batch

    def _receive(self, flags: int = 0) -> bool:
        """Receive what is there and read its complete messages; False when the other end was closed."""
        part = self._connection.recv(_READ_BYTES, flags)
        self._bytes += part
        at, messages = 0, []
        while (end := _end_of_message(self._bytes, at)) is not None:
            messages.append(self._read(bytes(self._bytes[at + LENGTH_BYTES : end])))
            at = end
        # Both together, so that after an error above no message goes without an answer or gets two.
        del self._bytes[:at]
        self._messages += messages
        return bool(part)


def _end_of_message(waiting: bytearray, at: int) -> int | None:
    """Where the message that begins here ends, if all of it has come."""
    if len(waiting) < at + LENGTH_BYTES:
        return None
    end = at + LENGTH_BYTES + int.from_bytes(waiting[at : at + LENGTH_BYTES], "big")
    return end if end <= len(waiting) else None
