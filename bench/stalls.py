"""`./farthing soak stalls`: how a running Farthing answers while strangers without credentials hold on to it.

Each stall is made by a process of its own. Meanwhile `/healthz` is asked again and again, each time on a new
connection, and the memory of the web is read. At last the writer is stopped with SIGSTOP while signed deliveries come.
"""

import asyncio
import json
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from bench.reporting import print_json, print_line
from database.instants import utc_now
from tests.clock import FixedClock
from tests.payments.messages import signature

HERE = Path(__file__).resolve().parent.parent
DESCRIPTORS = 1024  # what a process may open by default; here it cannot raise that
GIVE_UP_SECONDS = 5.0  # an answer that takes longer counts as so long
START_SECONDS = 60.0
PROMISED_MS = 250.0
SETTLE_SECONDS = 2.0  # in which the stall is complete
CHUNK = b"x" * 65_536

Hold = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class StallFigures:
    """How `/healthz` answered under a stall, in ms, and the most memory that the web had, in MB."""

    asked: int
    unanswered: int
    p50_ms: float
    p99_ms: float
    memory: float


@dataclass(frozen=True)
class WriterFigures:
    """The writer stands still: when a delivery was answered and how, and what `/readyz` says then."""

    answer: int
    seconds: float
    readyz: int


async def _connect(port: int) -> asyncio.StreamWriter:
    return (await asyncio.open_connection("127.0.0.1", port))[1]


async def _send_nothing(port: int) -> None:
    writer = await _connect(port)
    await writer.wait_closed()


async def _send_head_slowly(port: int) -> None:
    writer = await _connect(port)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def _send_endless_head(port: int) -> None:
    writer = await _connect(port)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Endless: ")
    while True:
        writer.write(CHUNK)
        await writer.drain()


async def _send_unsigned_bodies(port: int) -> None:
    writer = await _connect(port)
    writer.write(b"POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1048000\r\n\r\n")
    for _ in range(15):
        writer.write(CHUNK)
        await writer.drain()
    await writer.wait_closed()


async def _leave_forged_body_unfinished(port: int) -> None:
    writer = await _connect(port)
    writer.write(b"POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nStripe-Signature: t=1,v1=00\r\n")
    writer.write(b"Content-Length: 900000\r\n\r\n" + CHUNK * 8)
    await writer.drain()
    await writer.wait_closed()


STALLS: Mapping[str, tuple[int, Hold]] = {
    "calm": (0, _send_nothing),
    "silent sockets": (1200, _send_nothing),
    "slow heads": (400, _send_head_slowly),
    "endless heads": (8, _send_endless_head),
    "unsigned bodies": (64, _send_unsigned_bodies),
    "unfinished bodies": (400, _leave_forged_body_unfinished),
}


def hold(name: str, port: int) -> None:
    """Make the stall until this process is ended; a connection that is cut is opened again."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    connections, send = STALLS[name]

    async def again() -> None:
        while True:
            with suppress(OSError):
                await send(port)
            await asyncio.sleep(0.2)

    async def together() -> None:
        await asyncio.gather(*[again() for _ in range(connections)])

    asyncio.run(together())


def measure_stall(name: str, port: int, web: int, seconds: float, settle: float = SETTLE_SECONDS) -> StallFigures:
    """Ask for `/healthz` while the stall lasts."""
    stall = get_context("fork").Process(target=hold, args=(name, port), daemon=True)
    stall.start()
    time.sleep(settle)
    took, memory = list[float](), [0.0]
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at or len(took) < 20:
        took.append(ask(port, "/healthz")[1])
        memory.append(_memory(web))
        if sum(took) > 4 * seconds:
            break
    stall.kill()
    stall.join()
    unanswered = sum(answer >= GIVE_UP_SECONDS for answer in took)
    took.sort()
    p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
    return StallFigures(
        len(took), unanswered, round(statistics.median(took) * 1000, 1), round(p99 * 1000, 1), round(max(memory), 1)
    )


def measure_writer(port: int, web: int, var_dir: Path) -> WriterFigures:
    """Stop the writer, send it a delivery, and see what is answered."""
    writer = children(web)[0]
    secret = json.loads((var_dir / "sandbox-keys.json").read_text())["endpoint_secret"]
    event = {"id": "evt_1", "object": "event", "type": "plan.created", "livemode": False, "created": int(time.time())}
    body = json.dumps(event | {"data": {"object": {"object": "plan"}}}).encode()
    os.kill(writer, signal.SIGSTOP)
    head = f"POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    signed = f"Stripe-Signature: {signature(body, FixedClock(utc_now()), secret=secret)}\r\nConnection: close\r\n\r\n"
    answer, seconds = exchange(port, (head + signed).encode() + body, 15.0)
    ready, _ = ask(port, "/readyz")
    with suppress(ProcessLookupError):
        os.kill(writer, signal.SIGCONT)
    return WriterFigures(answer, round(seconds, 1), ready)


def ask(port: int, path: str) -> tuple[int, float]:
    """The status of a page and the seconds that it took, on a new connection; status 0 without an answer."""
    return exchange(port, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())


def exchange(port: int, request: bytes, give_up: float = GIVE_UP_SECONDS) -> tuple[int, float]:
    """Send a request on a new connection; its status and seconds."""
    started, answer = time.monotonic(), b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=give_up) as connection:
            connection.sendall(request)
            answer = connection.recv(4096)
    except OSError:
        answer = b""
    if not answer:
        return 0, give_up
    return int(answer[9:12]), time.monotonic() - started


def children(pid: int) -> list[int]:
    """The processes that a process has started, oldest first."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return sorted(int(line) for line in listed.stdout.split())


def _memory(pid: int) -> float:
    pages = (Path("/proc") / str(pid) / "statm").read_text().split()[1]
    return int(pages) * resource.getpagesize() / 1e6


@contextmanager
def farthing(var_dir: Path) -> Iterator[tuple[int, int]]:
    """A running Farthing with as many descriptors as a process has by default; its port and the web's process."""
    log = var_dir.with_suffix(".log")
    limit = f"ulimit -n {DESCRIPTORS}; exec {sys.executable} commands.py run --port 0 --var-dir {var_dir}"
    with log.open("wb") as out:
        process = subprocess.Popen(["sh", "-c", limit], cwd=HERE, stdout=out, stderr=subprocess.STDOUT)
    try:
        port = _port(log)
        while ask(port, "/readyz")[0] != 200:
            time.sleep(0.1)
        yield port, children(process.pid)[0]
    finally:
        process.terminate()
        process.wait(60)


def _port(log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if printed := re.search(r"Donors\s+http://127.0.0.1:(\d+)/", log.read_text()):
            return int(printed[1])
        time.sleep(0.05)
    raise TimeoutError(log.read_text())


def measure(seconds: float, report: Callable[[str, Mapping[str, object]], None]) -> dict[str, dict[str, object]]:
    """Every stall, one after the other, on one running Farthing."""
    figures: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory(prefix="farthing-stalls-") as name, farthing(Path(name) / "var") as (port, web):
        for stall in STALLS:
            figures[stall] = asdict(measure_stall(stall, port, web, seconds))
            report(stall, figures[stall])
            time.sleep(2)
        figures["writer"] = asdict(measure_writer(port, web, Path(name) / "var"))
        report("writer", figures["writer"])
    return figures


def main(
    seconds: Annotated[float, typer.Option(help="How long each stall is measured.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure, print, and exit 1 if `/healthz` took longer than is promised."""
    figures = measure(seconds, (lambda *_: None) if as_json else print_line)
    if as_json:
        print_json(figures)
    slow = [name for name, times in figures.items() if float(str(times.get("p99_ms", 0))) >= PROMISED_MS]
    raise typer.Exit(int(bool(slow)))


if __name__ == "__main__":
    typer.run(main)
