"""The writer: commits whatever deliveries wait as one batch, and says for each what became of it.

It takes letters from one end of a socket pair and answers there, one byte a letter, in their order. While one
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
from payments.applying import Bookkeeper
from payments.inbox.delivery import Delivery, NotAnEvent, parse
from payments.inbox.keeping import keep_and_apply

LARGEST_BATCH = 256
LENGTH_BYTES = 4
_READ_BYTES = 1 << 20

log = structlog.get_logger()


class Outcome(IntEnum):
    """What became of a delivery: the byte that answers its letter."""

    KEPT = 1
    TRY_LATER = 2
    REFUSED = 3


def letter(body: bytes) -> bytes:
    """A body as it travels to the writer: behind its length."""
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class Writer:
    """Keeps and applies deliveries for one web process, until that hangs up."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, clock: Clock, *, livemode: bool) -> None:
        self._engine, self._bookkeeper, self._clock, self._livemode = engine, bookkeeper, clock, livemode

    def serve(self, line: socket.socket) -> None:
        """Write batch after batch; returns when the other end has hung up and all it sent is answered."""
        post = _Post(line, self._read)
        with line, suppress(ConnectionError):  # the web was killed: nobody is left to answer
            while batch := post.take():
                line.sendall(bytes(self._write(batch, post.read_on)))

    def _write(self, batch: Sequence[Delivery | None], meanwhile: Callable[[], None]) -> list[Outcome]:
        """Keep these in one commit; for each what became of it."""
        deliveries = [one for one in batch if one]
        kept = not deliveries or self._keep(deliveries, meanwhile)
        outcome = Outcome.KEPT if kept else Outcome.TRY_LATER
        return [outcome if one else Outcome.REFUSED for one in batch]

    def _read(self, body: bytes) -> Delivery | None:
        """The delivery, or None for what is refused."""
        try:
            delivery = parse(body)
            if delivery.livemode is not self._livemode:
                raise NotAnEvent("the event is of the other mode: test and live money never meet")
        except NotAnEvent as refusal:
            log.warning("delivery_refused", why=str(refusal))
            return None
        with suppress(Exception):  # what cannot be read is found so again when it is applied, and kept
            delivery.happenings  # noqa: B018 - read now, while the database is busy
        return delivery

    def _keep(self, deliveries: Sequence[Delivery], meanwhile: Callable[[], None]) -> bool:
        """Whether they are in the database for good."""
        try:
            keep_and_apply(self._engine, self._bookkeeper, deliveries, self._clock(), meanwhile)
        except Outage as error:
            log.error("database_away", deliveries=len(deliveries), error=type(error).__name__)
            return False
        except Exception as error:  # noqa: BLE001 - nothing was kept; the writer must live for the next batch
            log.error("inbox_bug", deliveries=len(deliveries), error=type(error).__name__)
            return False
        return True


@contextmanager
def writing_beside(writer: Writer) -> Iterator[socket.socket]:
    """A writer in a thread of this process, for tests and for whoever has no process to spare: the web's end."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=writer.serve, args=(theirs,), name="writer", daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        ours.close()
        thread.join()


class _Post:
    """The letters that have come, read as far as there was time, in their order."""

    def __init__(self, line: socket.socket, read: Callable[[bytes], Delivery | None]) -> None:
        self._line, self._read = line, read
        self._bytes = bytearray()  # ends with the beginning of another letter, or with nothing
        self._letters: list[Delivery | None] = []

    def take(self) -> list[Delivery | None]:
        """The next batch: waits until there is something; nothing when the other end has hung up."""
        while not self._letters and self._receive():
            pass
        self.read_on()
        batch, self._letters = self._letters[:LARGEST_BATCH], self._letters[LARGEST_BATCH:]
        return batch

    def read_on(self) -> None:
        """Read what has come since, without waiting for more, and no more than the next batch."""
        with suppress(OSError):  # nothing there; or the web was killed, which `take` will find
            while len(self._letters) < LARGEST_BATCH and self._receive(socket.MSG_DONTWAIT):
                pass

    def _receive(self, flags: int = 0) -> bool:
        """Take what is there and read the whole letters of it; False when the other end has hung up."""
        part = self._line.recv(_READ_BYTES, flags)
        self._bytes += part
        at, letters = 0, []
        while (end := _end(self._bytes, at)) is not None:
            letters.append(self._read(bytes(self._bytes[at + LENGTH_BYTES : end])))
            at = end
        # Together, so that whatever is raised above leaves no letter without its answer, and none with two.
        del self._bytes[:at]
        self._letters += letters
        return bool(part)


def _end(waiting: bytearray, at: int) -> int | None:
    """Where the letter that begins here ends, if all of it has come."""
    if len(waiting) < at + LENGTH_BYTES:
        return None
    end = at + LENGTH_BYTES + int.from_bytes(waiting[at : at + LENGTH_BYTES], "big")
    return end if end <= len(waiting) else None
