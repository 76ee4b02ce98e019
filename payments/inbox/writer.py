"""The writer: commits the deliveries that wait as one batch, and answers for each what became of it.

It takes messages from one end of a socket pair and answers there, one byte a message, in their order. While one
commit reaches the disk the next batch gathers in the socket, so the cost of a durable commit is shared by all
who wait for it. In production it is a process beside the web's, with an interpreter of its own: as a thread
it and the event loop took the interpreter's lock from each other (docs/performance.md).
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
    """What became of a delivery: the byte that answers it."""

    KEPT = 1
    TRY_LATER = 2
    REFUSED = 3


def framed(body: bytes) -> bytes:
    """A body as it travels to the writer: its length, then its bytes."""
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class Writer:
    """Keeps and applies deliveries for one web process, until that hangs up."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, clock: Clock, *, livemode: bool) -> None:
        self._engine, self._bookkeeper, self._clock, self._livemode = engine, bookkeeper, clock, livemode

    def serve(self, connection: socket.socket) -> None:
        """Write batch after batch; returns when the web has hung up and all it sent is answered."""
        incoming = _Incoming(connection, self._read)
        with connection, suppress(ConnectionError):  # the web was killed: nobody is left to answer
            while batch := incoming.take():
                connection.sendall(bytes(self._write(batch)))

    def _write(self, batch: Sequence[Delivery | None]) -> list[Outcome]:
        """Keep these in one commit; for each what became of it."""
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
        """Whether they are in the database for good."""
        try:
            keep_and_apply(self._engine, self._bookkeeper, deliveries, self._clock())
        except Outage as error:
            log.error("database_away", deliveries=len(deliveries), error=type(error).__name__)
            return False
        except Exception as error:  # noqa: BLE001 - nothing was kept; the writer must live for the next batch
            log.error("inbox_bug", deliveries=len(deliveries), error=type(error).__name__)
            return False
        return True


@contextmanager
def writing_beside(writer: Writer) -> Iterator[socket.socket]:
    """A writer in a thread of this process, for tests and for a single process; yields the web's end of the socket."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=writer.serve, args=(theirs,), name="writer", daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        ours.close()
        thread.join()


class _Incoming:
    """The messages that have come over the socket, whole ones read, in their order."""

    def __init__(self, connection: socket.socket, read: Callable[[bytes], Delivery | None]) -> None:
        self._connection, self._read = connection, read
        self._bytes = bytearray()  # ends with the beginning of another message, or with nothing
        self._messages: list[Delivery | None] = []

    def take(self) -> list[Delivery | None]:
        """The next batch: waits until there is something; nothing when the other end has hung up."""
        while not self._messages and self._receive():
            pass
        with suppress(OSError):  # nothing more there; or the web was killed, which the next call finds
            while len(self._messages) < LARGEST_BATCH and self._receive(socket.MSG_DONTWAIT):
                pass
        batch, self._messages = self._messages[:LARGEST_BATCH], self._messages[LARGEST_BATCH:]
        return batch

    def _receive(self, flags: int = 0) -> bool:
        """Take what is there and read the whole messages of it; False when the other end has hung up."""
        part = self._connection.recv(_READ_BYTES, flags)
        self._bytes += part
        at, messages = 0, []
        while (end := _end_of_message(self._bytes, at)) is not None:
            messages.append(self._read(bytes(self._bytes[at + LENGTH_BYTES : end])))
            at = end
        # Together, so that an error above leaves no message without its answer, and none with two.
        del self._bytes[:at]
        self._messages += messages
        return bool(part)


def _end_of_message(waiting: bytearray, at: int) -> int | None:
    """Where the message that begins here ends, if all of it has come."""
    if len(waiting) < at + LENGTH_BYTES:
        return None
    end = at + LENGTH_BYTES + int.from_bytes(waiting[at : at + LENGTH_BYTES], "big")
    return end if end <= len(waiting) else None
