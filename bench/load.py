"""A raw HTTP/1.1 client: so many connections, each sending the next request when its answer is whole.

It runs in a process of its own and is measured too: against a server that does nothing it must reach at
least twice what it is used to measure.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Measured:
    """What a run gave: requests answered 200 and otherwise, seconds, and milliseconds a request waited."""

    answered: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    cpu_us: float = 0.0  # of the server's process, a request

    @property
    def per_second(self) -> float:
        """Requests answered 200 in a second."""
        return self.answered / self.seconds


class Caller(asyncio.Protocol):
    """One connection: sends a request, waits for its answer, sends the next."""

    def __init__(self, requests: Iterator[bytes], waited: list[float], done: asyncio.Future[None]) -> None:
        self._requests, self._waited, self._done = requests, waited, done
        self._answer = b""
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer, note how long it took, go on."""
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or len(body) < body_length(head):
            return
        self._waited.append(time.perf_counter() - self._sent)
        self.refused += b" 200 " not in head[:15]
        self._answer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server closed: an error unless all was sent."""
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server hung up"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


async def call(port: int, requests: list[bytes], connections: int) -> Measured:
    """Send all requests over so many connections, and say how it went."""
    loop = asyncio.get_running_loop()
    waited: list[float] = []
    shared = iter(requests)
    started = time.perf_counter()
    callers, ends = [], []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        caller = Caller(shared, waited, done)
        await loop.create_connection(partial(_itself, caller), "127.0.0.1", port)
        callers.append(caller)
        ends.append(done)
    await asyncio.wait_for(asyncio.gather(*ends), PATIENCE_SECONDS)
    seconds = time.perf_counter() - started
    refused = sum(caller.refused for caller in callers)
    waited.sort()
    return Measured(
        len(waited) - refused, refused, seconds, at_share(waited, 0.5), at_share(waited, 0.99), waited[-1] * 1000
    )


def _itself(caller: Caller) -> Caller:
    return caller


def at_share(waited: list[float], share: float) -> float:
    """The milliseconds within which this share was answered, of sorted seconds."""
    return waited[int(len(waited) * share)] * 1000


def body_length(head: bytes) -> int:
    """How long the body is, by the answer's head."""
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def requests_in(path: Path) -> list[bytes]:
    """The requests of a file, each behind its length."""
    raw, requests, at = path.read_bytes(), [], 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        requests.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return requests


def main() -> None:
    """`python -m bench.load PORT CONNECTIONS FILE`: send what the file holds."""
    port, connections, requests = int(sys.argv[1]), int(sys.argv[2]), requests_in(Path(sys.argv[3]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(asdict(runner.run(call(port, requests, connections)))))


if __name__ == "__main__":
    main()
