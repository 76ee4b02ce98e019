"""A raw HTTP/1.1 client: several connections, each of which sends the next request after a complete answer.

It runs in a process of its own and is measured too: against a server that does nothing it must reach at least twice the
rate that it is used to measure.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

HERE = Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class LoadFigures:
    """The figures of a run: requests answered 200 and otherwise, seconds in all, and milliseconds for each request."""

    answered: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    cpu_us: float = 0.0  # of the server's processes, for each request

    @property
    def per_second(self) -> float:
        """Requests answered 200 in a second."""
        return self.answered / self.seconds


class Connection(asyncio.Protocol):
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
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if not separator or len(body) < body_length(head):
            return
        self._waited.append(time.perf_counter() - self._sent)
        self.refused += b" 200 " not in head[:15]
        self._answer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server closed the connection: an error unless all was sent."""
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


async def call(ports: list[int], requests: list[bytes], connections: int) -> LoadFigures:
    """Send all requests over so many connections, which the ports share, and measure."""
    loop = asyncio.get_running_loop()
    waited: list[float] = []
    shared = iter(requests)
    started = time.perf_counter()
    opened, ends = [], []
    for n in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        connection = Connection(shared, waited, done)
        await loop.create_connection(partial(_itself, connection), "127.0.0.1", ports[n % len(ports)])
        opened.append(connection)
        ends.append(done)
    await asyncio.wait_for(asyncio.gather(*ends), TIMEOUT_SECONDS)
    seconds = time.perf_counter() - started
    refused = sum(connection.refused for connection in opened)
    waited.sort()
    return LoadFigures(
        len(waited) - refused,
        refused,
        seconds,
        percentile_ms(waited, 0.5),
        percentile_ms(waited, 0.99),
        waited[-1] * 1000,
    )


def _itself(connection: Connection) -> Connection:
    return connection


def percentile_ms(waited: list[float], share: float) -> float:
    """The milliseconds within which this share was answered; `waited` are sorted seconds."""
    return waited[int(len(waited) * share)] * 1000


def body_length(head: bytes) -> int:
    """The length of the body, by the answer's headers."""
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def measure_load(
    ports: Sequence[int], connections: int, requests: Iterable[bytes], directory: Path, *more: str, client: str = ""
) -> LoadFigures:
    """Send these requests from a process of its own, by this module or another client; the figures."""
    path = directory / "requests"
    with path.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(4, "big") + request)
    module = client or "bench.load_client"
    arguments = [",".join(map(str, ports)), str(connections), str(path), *more]
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=HERE, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"the client failed: {done.stderr[-2000:]}")
    return LoadFigures(**json.loads(done.stdout))


def requests_in(path: Path) -> list[bytes]:
    """The requests in a file; each comes after its length."""
    raw, requests, at = path.read_bytes(), [], 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        requests.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return requests


def main() -> None:
    """`python -m bench.load_client PORT[,PORT…] CONNECTIONS FILE`: send the requests in the file."""
    ports, connections, requests = sys.argv[1].split(","), int(sys.argv[2]), requests_in(Path(sys.argv[3]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(asdict(runner.run(call([int(port) for port in ports], requests, connections)))))


if __name__ == "__main__":
    main()
