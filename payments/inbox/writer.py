"""The writer: commits the deliveries that wait as one batch, and answers each of them.

It reads messages from one end of a socket pair and answers there, one byte a message, in their order. While one commit
reaches the disk the next batch gathers in the socket, so that many deliveries share the cost of a durable commit. In
production it is a process beside the web. As a thread it competed with the event loop for the interpreter's lock
(docs/performance.md).
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum

import structlog
from sqlalchemy.engine import Engine

from database.engine import Outage
from database.instants import Clock
from payments.books.bookkeeper import Bookkeeper
from payments.inbox.delivery import Delivery, NotAnEvent, parse
from payments.inbox.keep import keep_and_apply

LARGEST_BATCH = 256
LENGTH_BYTES = 4
_READ_BYTES = 1 << 20

log = structlog.get_logger()


class Outcome(IntEnum):
    """What became of a delivery; the value is the byte that answers it."""

    KEPT = 1
    TRY_LATER = 2
    REFUSED = 3


def frame(body: bytes) -> bytes:
    """A body as it is sent to the writer: its length, then its bytes."""
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class Writer:
    """Keeps and applies deliveries for one web process, until that closes its end of the socket."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, clock: Clock, *, livemode: bool) -> None:
        self._engine, self._bookkeeper, self._clock, self._livemode = engine, bookkeeper, clock, livemode

    def serve(self, connection: socket.socket) -> None:
        """Write batch after batch; returns when the web has closed its end and everything is answered."""
        incoming = _IncomingMessages(connection, self._read)
        with connection, suppress(ConnectionError):  # the web was killed: there is nobody to answer
            while batch := incoming.next_batch():
                connection.sendall(bytes(self._write(batch)))

    def _write(self, batch: Sequence[Delivery | None]) -> list[Outcome]:
        """Keep these in one commit; the outcome of each."""
        deliveries = [delivery for delivery in batch if delivery]
        kept = not deliveries or self._keep(deliveries)
        outcome = Outcome.KEPT if kept else Outcome.TRY_LATER
        return [outcome if delivery else Outcome.REFUSED for delivery in batch]

    def _read(self, body: bytes) -> Delivery | None:
        """The delivery, or None for what is refused."""
        try:
            delivery = parse(body)
            if delivery.livemode is not self._livemode:
                raise NotAnEvent("the event is of the other mode: test and live money never meet")
        except NotAnEvent as refusal:
            log.warning("delivery_refused", why=str(refusal))
            return None
        return delivery

    def _keep(self, deliveries: Sequence[Delivery]) -> bool:
        """Keep them; whether they are committed."""
        try:
            keep_and_apply(self._engine, self._bookkeeper, deliveries, self._clock())
        except Outage as error:
            log.error("database_away", deliveries=len(deliveries), error=type(error).__name__)
            return False
        except Exception as error:  # noqa: BLE001 - nothing was kept; the writer must go on with the next batch
            log.error("inbox_bug", deliveries=len(deliveries), error=type(error).__name__)
            return False
        return True


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
        self._bytes = bytearray()  # may end with the beginning of another message
        self._messages: list[Delivery | None] = []

    def next_batch(self) -> list[Delivery | None]:
        """Wait for the next batch; it is empty when the other end was closed."""
        while not self._messages and self._receive():
            pass
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
