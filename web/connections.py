"""Bounds on what a stranger can hold: heads, unfinished requests, silent connections and bodies in memory.

uvicorn bounds none of these (only its h11 protocol bounds the head), and `limit_concurrency` refuses everybody when
somebody holds many connections. So this adds to its httptools protocol: who waits longest for nothing is cut first.
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SWEEP_SECONDS = 1.0
LOG_SECONDS = 10.0  # one line for all that was cut in between: an attack must not fill the disk
MOST_DESCRIPTORS = 8192

log = structlog.get_logger()


@dataclass(frozen=True)
class ConnectionLimits:
    """What the connections of one web process may take: seconds and bytes each, and numbers and bytes in sum."""

    connections: int
    head_bytes: int = 32 * 1024
    request_bytes: int = 2 << 20  # head, body, chunk sizes and trailers
    head_seconds: float = 10.0  # also the longest silence before a head
    body_seconds: float = 30.0
    answer_seconds: float = 60.0  # to take an answer that fills the socket's buffer
    bodies_bytes: int = 32 << 20  # of all requests that are not answered yet


@dataclass(frozen=True)
class Descriptors:
    """How many connections may wait to be accepted, and how many may be open, beside the database's files."""

    backlog: int
    connections: int


def share_descriptors(reserve: int = 256) -> Descriptors:
    """Raise this process's limit of open files as far as it may and needs, and share it out.

    uvloop accepts all that wait at once, so as many as may wait are kept free, beside a reserve for the database.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(MOST_DESCRIPTORS, hard)
    limit = max(soft, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    backlog = min(1024, limit // 4)
    return Descriptors(backlog, max(64, min(limit, MOST_DESCRIPTORS) - backlog - reserve))


class Connections:
    """All connections of one web process, those that wait for the rest of a request in the order of their waiting."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._open = 0
        self._bodies = 0
        self._waiting: dict[str, dict[BoundedConnection, float]] = {"head": {}, "body": {}, "answer": {}}
        self._seconds = {"head": limits.head_seconds, "body": limits.body_seconds, "answer": limits.answer_seconds}
        self._cut: Counter[str] = Counter()
        self._sweeping = False
        self._logged_at = 0.0

    def opened(self, connection: "BoundedConnection") -> None:
        """Count a new connection; when there are too many, the one that has waited longest is cut."""
        self._open += 1
        self.wait(connection, "head")
        if not self._sweeping:
            self._sweeping = True
            connection.loop.call_later(SWEEP_SECONDS, self._sweep, connection.loop)
        if self._open > self.limits.connections:
            self._cut_oldest("too many connections")

    def closed(self, connection: "BoundedConnection") -> None:
        """Forget a connection."""
        self._open -= 1
        self.go_on(connection)

    def wait(self, connection: "BoundedConnection", what_for: str) -> None:
        """From now on it waits for the rest of a head, of a body, or for an answer to be taken."""
        self.go_on(connection)
        connection.waits_for = what_for
        self._waiting[what_for][connection] = connection.loop.time()

    def go_on(self, connection: "BoundedConnection") -> None:
        """It waits for nothing: its request is being answered, or it is closed."""
        if connection.waits_for:
            self._waiting[connection.waits_for].pop(connection, None)
            connection.waits_for = ""

    def add_body(self, size: int) -> None:
        """Count bytes of a body; when all bodies are too many, the request that is unfinished longest is cut."""
        self._bodies += size
        if self._bodies > self.limits.bodies_bytes and size > 0:
            self._cut_oldest("too many bodies", ("body",))

    def cut(self, connection: "BoundedConnection", why: str) -> None:
        """Close a connection without an answer, and count why."""
        self._cut[why] += 1
        self.go_on(connection)
        connection.transport.abort()

    def _cut_oldest(self, why: str, among: tuple[str, ...] = ("head", "body", "answer")) -> None:
        for what_for in among:
            if waiting := self._waiting[what_for]:
                self.cut(next(iter(waiting)), why)
                return

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cut what has waited too long; each kind stands in the order in which its waiting began."""
        now = loop.time()
        for what_for, seconds in self._seconds.items():
            waiting = self._waiting[what_for]
            while waiting and now - waiting[connection := next(iter(waiting))] > seconds:
                self._give_up(connection, what_for)
        if self._cut and now - self._logged_at > LOG_SECONDS:
            log.warning(
                "connections_cut", open=self._open, **{why.replace(" ", "_"): n for why, n in self._cut.items()}
            )
            self._cut.clear()
            self._logged_at = now
        self._sweeping = bool(self._open or self._cut)
        if self._sweeping:
            loop.call_later(SWEEP_SECONDS, self._sweep, loop)

    def _give_up(self, connection: "BoundedConnection", what_for: str) -> None:
        if what_for == "head" and connection.transport.get_write_buffer_size():
            self.wait(connection, "answer")  # it still takes the last answer
        else:
            self.cut(connection, f"unfinished {what_for}")


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, within the limits. Make it with `bounded`."""

    def __init__(self, *, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._all, self._limits = connections, connections.limits
        self.waits_for = ""
        self._head = self._received = self._body = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head."""
        super().connection_made(transport)
        self._all.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back what it held."""
        self._all.closed(self)
        self._release_body()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless head or request are too large."""
        if self.transport.is_closing():
            return
        self._received += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.waits_for == "head" and self._received > self._limits.head_bytes:
            self._refuse_head()
        elif self._received > self._limits.request_bytes:
            self._all.cut(self, "large request")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the head's bytes, because all of it may come at once."""
        self._head += len(name) + len(value) + 4
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Answer the request, and wait for its body."""
        if self._head + len(self.url) > self._limits.head_bytes:
            self._refuse_head()
        if self.transport.is_closing():
            return
        self._all.wait(self, "body")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count the body's bytes, until it is answered."""
        if self.transport.is_closing() or self.cycle.response_complete:
            return
        self._body += len(body)
        super().on_body(body)
        self._all.add_body(len(body))

    def on_message_complete(self) -> None:
        """The request is whole: the connection waits for nothing of its client's."""
        self._head = self._received = 0
        if self.transport.is_closing():
            return
        self._all.go_on(self)
        super().on_message_complete()
        if self.cycle.response_complete:
            self._all.wait(self, "head")

    def on_response_complete(self) -> None:
        """The request is answered: wait for the next head, unless the request is still coming."""
        self._release_body()
        super().on_response_complete()
        if self.cycle.response_complete and self.waits_for != "body":
            self._all.wait(self, "head")

    def _release_body(self) -> None:
        self._all.add_body(-self._body)
        self._body = 0

    def _refuse_head(self) -> None:
        if not self.transport.is_closing():
            self._all.go_on(self)
            self.send_400_response("The head of the request is too large.")


def bounded(limits: ConnectionLimits) -> Callable[..., BoundedConnection]:
    """What makes each connection of a web process, for uvicorn's setting `http`."""
    connections = Connections(limits)
    return lambda **uvicorn: BoundedConnection(connections=connections, **uvicorn)
