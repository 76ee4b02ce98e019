"""A client that keeps time: so many requests a second, whether or not the server keeps up.

`python -m bench.pace PORT CONNECTIONS FILE RATE`. A request that has no free connection waits, and its wait
counts: how long each took is measured from the moment at which it was due.
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

from bench.load import Measured, at_share, body_length, requests_in

TICK_SECONDS = 0.002
PATIENCE_SECONDS = 60


class Round:
    """What is due, who is free to carry it, and how long each took."""

    def __init__(self, requests: list[bytes], rate: float) -> None:
        self._requests, self._rate = requests, rate
        self._due: deque[tuple[float, bytes]] = deque()
        self.free: deque[Carrier] = deque()  # each in its turn: a connection that idles is closed by the server
        self.waited: list[float] = []
        self.refused = 0
        self.done = asyncio.Event()

    async def run(self) -> float:
        """Hand out every request when it is due; the seconds that all took."""
        started = time.perf_counter()
        handed = 0
        while handed < len(self._requests):
            due = min(len(self._requests), int((time.perf_counter() - started) * self._rate) + 1)
            self._due.extend((started + n / self._rate, self._requests[n]) for n in range(handed, due))
            handed = due
            self.hand_out()
            await asyncio.sleep(TICK_SECONDS)
        await asyncio.wait_for(self.done.wait(), PATIENCE_SECONDS)
        return time.perf_counter() - started

    def hand_out(self) -> None:
        """Give what is due to whoever is free."""
        while self._due and self.free:
            self.free.popleft().carry(*self._due.popleft())

    def note(self, seconds: float, *, taken: bool) -> None:
        """One request was answered."""
        self.waited.append(seconds)
        self.refused += not taken
        if len(self.waited) == len(self._requests):
            self.done.set()


class Carrier(asyncio.Protocol):
    """One connection: carries a request, waits for its answer, is free again."""

    def __init__(self, whole: Round) -> None:
        self._round, self._answer, self._due = whole, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Free from the start."""
        self._transport = cast(asyncio.Transport, transport)
        self._round.free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Carries nothing more; what was in its hands is not answered, and the run does not end well."""
        if self in self._round.free:
            self._round.free.remove(self)

    def carry(self, due: float, request: bytes) -> None:
        """Send what was due at this moment."""
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer, note how long it took, take the next."""
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or len(body) < body_length(head):
            return
        self._round.note(time.perf_counter() - self._due, taken=b" 200 " in head[:15])
        self._answer = b""
        self._round.free.append(self)
        self._round.hand_out()


async def keep_pace(port: int, requests: list[bytes], connections: int, rate: float) -> Measured:
    """Send all requests at this rate, and say how it went."""
    whole = Round(requests, rate)
    for _ in range(connections):
        await asyncio.get_running_loop().create_connection(lambda: Carrier(whole), "127.0.0.1", port)
    seconds = await whole.run()
    waited = sorted(whole.waited)
    return Measured(
        len(waited) - whole.refused,
        whole.refused,
        seconds,
        at_share(waited, 0.5),
        at_share(waited, 0.99),
        waited[-1] * 1000,
    )


def main() -> None:
    """Read the requests, keep pace, print what was measured."""
    port, connections, path, rate = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(keep_pace(port, requests_in(path), connections, rate))
    sys.stdout.write(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
