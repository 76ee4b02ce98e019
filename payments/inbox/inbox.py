"""The inbox: the web's end of the socket to the writer. It answers each delivery once the writer has."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import cast

import structlog

from payments.inbox.writer import Outcome, frame

LONGEST_QUEUE = 2000
# Seconds without any answer. Stripe waits ten; the writer itself gives up on a locked database after five. It is
# ended only when no outage of a database explains its silence: a dead connection is noticed within half a minute.
PATIENCE, LONGEST_SILENCE = 6, 40
PING_EVERY = 3  # seconds without work; the writer refuses an empty message, which shows that it goes on

log = structlog.get_logger()


class Inbox(asyncio.Protocol):
    """Takes bodies on the event loop, sends them to the writer in order, and limits how many wait."""

    def __init__(self, on_loss: Callable[[], None], *, second: float = 1.0) -> None:
        """`on_loss` is called when the writer has ended, or stands still, without a call of `close`."""
        self._on_loss, self._second = on_loss, second
        self._silence = self._rest = 0  # seconds without an answer that is due, and without work
        self._waiting: deque[asyncio.Future[Outcome]] = deque()
        self._socket: asyncio.Transport | None = None
        self._closed = False
        self._gone = asyncio.Event()

    async def open(self, connection: socket.socket) -> None:
        """Connect to the writer; call it on the event loop that will deliver."""
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: self, sock=connection)
        loop.call_later(self._second, self._watch, loop)

    @property
    def takes_deliveries(self) -> bool:
        """Whether there is a writer, and it goes on."""
        return self._socket is not None and not self._closed and self._silence < PATIENCE

    async def deliver(self, body: bytes) -> Outcome:
        """Wait until the delivery is committed; TRY_LATER when too many wait or there is no writer."""
        if self._socket is None or not self.takes_deliveries or len(self._waiting) >= LONGEST_QUEUE:
            return Outcome.TRY_LATER
        return await self._send(self._socket, body)

    def _send(self, writer: asyncio.Transport, body: bytes) -> "asyncio.Future[Outcome]":
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._rest = 0
        writer.write(frame(body))
        return answer

    async def close(self) -> None:
        """Accept nothing more, and wait until the writer has answered everything."""
        self._closed = True
        if self._socket is None:
            return
        if self._silence >= PATIENCE:  # it would not answer
            self._socket.abort()
        else:
            self._socket.write_eof()
        await self._gone.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected."""
        self._socket = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """The writer answered these messages: a byte each, in the order in which they were sent."""
        self._silence = 0
        for byte in data:
            _answer(self._waiting.popleft(), Outcome(byte))

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once a second: count the silence. Counted, not timed, because it does not grow while we are stopped too."""
        if self._socket is None:
            return
        self._silence = self._silence + 1 if self._waiting else 0
        self._rest += 1
        if self._silence == PATIENCE:
            log.critical("writer_stands_still", deliveries=len(self._waiting))
        if self._silence >= PATIENCE:
            for answer in self._waiting:  # they stay in line: the writer may still answer them
                _answer(answer, Outcome.TRY_LATER)
            if self._closed:
                self._socket.abort()
        if self._silence == LONGEST_SILENCE and not self._closed:
            self._on_loss()
        elif not self._waiting and self._rest >= PING_EVERY and not self._closed:
            self._send(self._socket, b"")
        loop.call_later(self._second, self._watch, loop)

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
