"""A client that sends at a fixed rate: so many requests a second, whether or not the server keeps up.

`python -m bench.paced_client PORT CONNECTIONS FILE RATE`. A request waits while no connection is free.
That counts: the time of each is measured from the instant at which it was due.
"""

import asyncio
import json
import sys
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import cast

import uvloop

from bench.load_client import LoadFigures, body_length, percentile_ms, requests_in

TICK_SECONDS = 0.002
TIMEOUT_SECONDS = 60


class PacedRequests:
    """The requests that are due, the connections that are free, and how long each request took."""

    def __init__(self, requests: list[bytes], rate: float) -> None:
        self._requests, self._rate = requests, rate
        self._due: deque[tuple[float, bytes]] = deque()
        self.free: deque[PacedConnection] = deque()  # used in turn, because the server closes an idle connection
        self.waited: list[float] = []
        self.refused = 0
        self.done = asyncio.Event()

    async def run(self) -> float:
        """Send every request when it is due; the seconds that all took."""
        started = time.perf_counter()
        scheduled = 0
        while scheduled < len(self._requests):
            due = min(len(self._requests), int((time.perf_counter() - started) * self._rate) + 1)
            self._due.extend((started + n / self._rate, self._requests[n]) for n in range(scheduled, due))
            scheduled = due
            self.send_due()
            await asyncio.sleep(TICK_SECONDS)
        await asyncio.wait_for(self.done.wait(), TIMEOUT_SECONDS)
        return time.perf_counter() - started

    def send_due(self) -> None:
        """Send the requests that are due over the connections that are free."""
        while self._due and self.free:
            self.free.popleft().send(*self._due.popleft())

    def note_answer(self, seconds: float, *, accepted: bool) -> None:
        """Note that a request was answered."""
        self.waited.append(seconds)
        self.refused += not accepted
        if len(self.waited) == len(self._requests):
            self.done.set()


class PacedConnection(asyncio.Protocol):
    """One connection: sends a request, waits for its answer, is free again."""

    def __init__(self, requests: PacedRequests) -> None:
        self._paced, self._answer, self._due = requests, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is free from the start."""
        self._transport = cast(asyncio.Transport, transport)
        self._paced.free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Send nothing more. A request that has no answer makes the run time out."""
        if self in self._paced.free:
            self._paced.free.remove(self)

    def send(self, due: float, request: bytes) -> None:
        """Send a request that was due at this instant."""
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer, note how long it took, take the next."""
        self._answer += data
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if not separator or len(body) < body_length(head):
            return
        self._paced.note_answer(time.perf_counter() - self._due, accepted=b" 200 " in head[:15])
        self._answer = b""
        self._paced.free.append(self)
        self._paced.send_due()


async def send_at_rate(port: int, requests: list[bytes], connections: int, rate: float) -> LoadFigures:
    """Send all requests at this rate, and measure."""
    paced = PacedRequests(requests, rate)
    for _ in range(connections):
        await asyncio.get_running_loop().create_connection(lambda: PacedConnection(paced), "127.0.0.1", port)
    seconds = await paced.run()
    waited = sorted(paced.waited)
    return LoadFigures(
        len(waited) - paced.refused,
        paced.refused,
        seconds,
        percentile_ms(waited, 0.5),
        percentile_ms(waited, 0.99),
        waited[-1] * 1000,
    )


def main() -> None:
    """Read the requests, send them, print the figures."""
    port, connections, path, rate = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(send_at_rate(port, requests_in(path), connections, rate))
    sys.stdout.write(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main()
