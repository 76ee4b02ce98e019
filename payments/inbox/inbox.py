"""The inbox: the web's end of the socket to the writer. It answers each delivery once the writer has."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import cast

import structlog

from payments.inbox.writer import Outcome, frame

LONGEST_QUEUE = 2000

log = structlog.get_logger()


class Inbox(asyncio.Protocol):
    """Takes bodies on the event loop, sends them to the writer in order, and limits how many wait."""

    def __init__(self, on_loss: Callable[[], None]) -> None:
        """`on_loss` is called when the writer has ended without a call of `close`."""
        self._on_loss = on_loss
        self._waiting: deque[asyncio.Future[Outcome]] = deque()
        self._socket: asyncio.Transport | None = None
        self._closed = False
        self._gone = asyncio.Event()

    async def open(self, connection: socket.socket) -> None:
        """Connect to the writer; call it on the event loop that will deliver."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=connection)

    async def deliver(self, body: bytes) -> Outcome:
        """Wait until the delivery is committed; TRY_LATER when too many wait or there is no writer."""
        if self._socket is None or self._closed or len(self._waiting) >= LONGEST_QUEUE:
            return Outcome.TRY_LATER
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._socket.write(frame(body))
        return await answer

    async def close(self) -> None:
        """Accept nothing more, and wait until the writer has answered everything."""
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
        """The writer closed its end: it answers nothing more."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Answer TRY_LATER to the deliveries that still wait: none of them was acknowledged."""
        self._socket = None
        for answer in self._waiting:
            _answer(answer, Outcome.TRY_LATER)
        self._waiting.clear()
        self._gone.set()
        if not self._closed:
            log.critical("writer_gone")
            self._on_loss()


def _answer(answer: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not answer.done():  # a caller that closed the connection has cancelled its future
        answer.set_result(outcome)
