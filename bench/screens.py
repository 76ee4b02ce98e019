"""`./farthing bench screens`: big screens on one web process, and gifts: how late is each screen, how much memory.

So many screens hold a stream of one campaign, on loopback. Gifts come at a fixed rate. A screen is late by the time
from the webhook's answer until it shows a total that holds the gift. All are still open when the web is stopped.
"""

import asyncio
import re
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Annotated, cast

import typer
import uvloop

from bench.load_client import body_length, percentile_ms
from bench.messages import charge_succeeded
from bench.pending_gifts import CAMPAIGNS, PendingGift, create_books
from bench.reporting import print_json, print_table
from bench.web_process import serving, signed_request
from database.instants import utc_now

PATH = "/c/appeal-0/screen/events"
LAST_SECONDS = 10.0  # how long the last gift is waited for
_TOTAL = re.compile(rb"<strong>\xc2\xa3([\d,]+)</strong>")


class Screen(asyncio.Protocol):
    """One screen: when it first showed each total, in pounds."""

    def __init__(self, port: int) -> None:
        self._request = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
        self.is_open, self.shown = False, list[tuple[float, int]]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note the total of an event."""
        self.is_open = self.is_open or data.startswith(b"HTTP/1.1 200")
        for total in _TOTAL.findall(data):
            self.shown.append((time.perf_counter(), int(total.replace(b",", b""))))

    def first_with(self, pounds: int) -> float | None:
        """When it first showed at least so much."""
        return next((at for at, total in self.shown if total >= pounds), None)


async def _watch(port: int, pid: int, screens: int, gifts: list[PendingGift], a_minute: float) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    idle = _memory_mb(pid)
    watching = [Screen(port) for _ in range(screens)]
    for screen in watching:
        await loop.create_connection(partial(_itself, screen), "127.0.0.1", port)
    await asyncio.sleep(2)
    due, started = [], time.perf_counter()
    pounds = 0
    for n, gift in enumerate(gifts):
        await asyncio.sleep(max(0.0, started + n * 60 / a_minute - time.perf_counter()))
        await _send_gift(port, gift)
        pounds += gift.amount // 100
        due.append((time.perf_counter(), pounds))
    deadline = time.perf_counter() + LAST_SECONDS
    while time.perf_counter() < deadline and any(screen.first_with(pounds) is None for screen in watching):  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    busy = _memory_mb(pid)
    late = sorted(
        (at or deadline) - since for screen in watching for since, total in due for at in [screen.first_with(total)]
    )
    missing = sum(screen.first_with(pounds) is None for screen in watching)
    return {
        "screens": screens,
        "open": sum(screen.is_open for screen in watching),
        "gifts": len(gifts),
        "never shown": missing,
        "p50_ms": round(percentile_ms(late, 0.5)),
        "p99_ms": round(percentile_ms(late, 0.99)),
        "longest_ms": round(late[-1] * 1000),
        "memory above idle, MB": round(busy - idle, 1),
    }


def _itself(screen: Screen) -> Screen:
    return screen


async def _send_gift(port: int, gift: PendingGift) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(signed_request(charge_succeeded(gift, utc_now())))
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(body_length(head))
    writer.close()
    if b" 200 " not in head[:15]:
        raise RuntimeError("a gift was not kept")


def _memory_mb(pid: int) -> float:
    """What the web process holds in memory."""
    status = (Path("/proc") / str(pid) / "status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def measure(screens: int, a_minute: float, seconds: int) -> dict[str, object]:
    """Run it on SQLite; its figures."""
    count = int(a_minute * seconds / 60)
    with tempfile.TemporaryDirectory(prefix="farthing-bench-") as name:
        url = f"sqlite:///{Path(name) / 'books.db'}"
        pending = create_books(url, count * CAMPAIGNS)
        gifts = [gift for gift in pending if gift.n % CAMPAIGNS == 0]
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, serving(url, Path(name)) as (port, server):
            figures = runner.run(_watch(port, server.pid, screens, gifts, a_minute))
            stopping = time.perf_counter()
        return {"sqlite": figures | {"stopped_in_s": round(time.perf_counter() - stopping, 1)}}


def main(
    screens: int = 1_000,
    gifts_a_minute: float = 200,
    seconds: int = 30,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure so many screens while gifts come for so long."""
    figures = measure(screens, gifts_a_minute, seconds)
    (print_json if as_json else print_table)(figures)


if __name__ == "__main__":
    typer.run(main)
