"""The inbox: the web's end of the line to the writer. It answers each delivery when the writer has."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import cast

import structlog

from payments.inbox.writer import Outcome, letter

LONGEST_QUEUE = 2000

log = structlog.get_logger()


class Inbox(asyncio.Protocol):
    """Takes bodies from the event loop, hands them to the writer in order, and bounds how many wait."""

    def __init__(self, on_loss: Callable[[], None]) -> None:
        """`on_loss` is called when the writer is gone though nobody closed the line."""
        self._on_loss = on_loss
        self._waiting: deque[asyncio.Future[Outcome]] = deque()
        self._line: asyncio.Transport | None = None
        self._closed = False
        self._gone = asyncio.Event()

    async def open(self, line: socket.socket) -> None:
        """Take up the line; call it on the event loop that will deliver."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=line)

    async def deliver(self, body: bytes) -> Outcome:
        """Wait until the delivery is kept for good; TRY_LATER when too many wait or the writer is away."""
        if self._line is None or self._closed or len(self._waiting) >= LONGEST_QUEUE:
            return Outcome.TRY_LATER
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._line.write(letter(body))
        return await answer

    async def close(self) -> None:
        """Take nothing more, and wait until the writer has answered what it was given."""
        self._closed = True
        if self._line is not None:
            self._line.write_eof()
            await self._gone.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is there."""
        self._line = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """The writer answered these letters: a byte each, in the order in which they were sent."""
        for one in data:
            _tell(self._waiting.popleft(), Outcome(one))

    def eof_received(self) -> None:
        """The writer hung up: it has answered all that it will."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever still waits is asked to come again: nothing of theirs was acknowledged."""
        self._line = None
        for answer in self._waiting:
            _tell(answer, Outcome.TRY_LATER)
        self._waiting.clear()
        self._gone.set()
        if not self._closed:
            log.critical("writer_gone")
            self._on_loss()


def _tell(answer: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not answer.done():  # a caller who hung up has cancelled its future
        answer.set_result(outcome)
