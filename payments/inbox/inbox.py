"""The inbox: the web's end of the socket to the writer. It answers each delivery when the writer has."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import cast

import structlog

from payments.inbox.writer import Outcome, framed

LONGEST_QUEUE = 2000

log = structlog.get_logger()


class Inbox(asyncio.Protocol):
    """Takes bodies from the event loop, hands them to the writer in order, and bounds how many wait."""

    def __init__(self, on_loss: Callable[[], None]) -> None:
        """`on_loss` is called when the writer is gone though `close` was not called."""
        self._on_loss = on_loss
        self._waiting: deque[asyncio.Future[Outcome]] = deque()
        self._socket: asyncio.Transport | None = None
        self._closed = False
        self._gone = asyncio.Event()

    async def open(self, connection: socket.socket) -> None:
        """Connect to the writer; call it on the event loop that will deliver."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=connection)

    async def deliver(self, body: bytes) -> Outcome:
        """Wait until the delivery is kept for good; TRY_LATER when too many wait or the writer is away."""
        if self._socket is None or self._closed or len(self._waiting) >= LONGEST_QUEUE:
            return Outcome.TRY_LATER
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._socket.write(framed(body))
        return await answer

    async def close(self) -> None:
        """Take nothing more, and wait until the writer has answered what it was given."""
        self._closed = True
        if self._socket is not None:
            self._socket.write_eof()
            await self._gone.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected."""
        self._socket = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """The writer answered these messages: a byte each, in the order in which they were sent."""
        for byte in data:
            _answer(self._waiting.popleft(), Outcome(byte))

    def eof_received(self) -> None:
        """The writer hung up: it has answered all that it will."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Deliveries that still wait are answered TRY_LATER: nothing of theirs was acknowledged."""
        self._socket = None
        for answer in self._waiting:
            _answer(answer, Outcome.TRY_LATER)
        self._waiting.clear()
        self._gone.set()
        if not self._closed:
            log.critical("writer_gone")
            self._on_loss()


def _answer(answer: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not answer.done():  # a caller who hung up has cancelled its future
        answer.set_result(outcome)
