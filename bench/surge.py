"""`./farthing soak surge`: gifts at a fixed rate, three messages each.

400 gifts a second (1,200 deliveries) for two minutes, on each database, with durable settings. It shows how long an
answer took (from the instant at which it was due), and how much memory web and writer had in the first and the last
quarter. The books must be exact afterwards.
"""

import statistics
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from bench.load_client import measure_load
from bench.pending_gifts import PendingGift, create_books
from bench.reporting import failed_findings, print_json, print_line, two_databases
from bench.web_process import READY_SECONDS, serving, signed_request
from bench.webhooks import MIX, check
from database.engine import open_database

CONNECTIONS = 64
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class SurgeFigures:
    """The figures of a surge. Memory in MB, web and writer together."""

    deliveries: int
    refused: int
    per_second: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    memory_first: float
    memory_last: float
    audit_failures: int


def surge(url: str, directory: Path, rate: int, seconds: float) -> SurgeFigures:
    """Run a surge on an empty database at this address; raises when the books are not exact."""
    gifts = create_books(url, int(rate * seconds))
    rate_of_all = str(rate * len(MIX))
    with serving(url, directory) as (port, server), _memory_samples(server.pid) as memory:
        load = measure_load([port], CONNECTIONS, _requests(gifts), directory, rate_of_all, client="bench.paced_client")
    check(url, gifts, len(MIX))
    quarter = max(1, len(memory) // 4)
    first, last = statistics.mean(memory[:quarter]), statistics.mean(memory[-quarter:])
    return SurgeFigures(
        load.answered, load.refused, round(load.per_second), round(load.p50_ms, 1), round(load.p99_ms, 1),
        round(load.longest_ms, 1), round(first, 1), round(last, 1), _failures(url),
    )  # fmt: skip


def _requests(gifts: Sequence[PendingGift]) -> Iterator[bytes]:
    """Each gift's messages, in the order in which Stripe sends them; signed for the next five minutes."""
    now = datetime.now(UTC)
    return chain.from_iterable((signed_request(message(gift, now)) for message in MIX) for gift in gifts)


@contextmanager
def _memory_samples(pid: int) -> Iterator[list[float]]:
    """Resident memory of a process and its children, sampled until the end."""
    samples, stop = [_memory(pid)], threading.Event()

    def watch() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            samples.append(_memory(pid))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        stop.set()
        thread.join(READY_SECONDS)


def _memory(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6 + sum(_memory(int(child)) for child in children)


def _failures(url: str) -> int:
    engine = open_database(url)
    try:
        return len(failed_findings(engine))
    finally:
        engine.dispose()


def main(
    rate: int = 400,
    seconds: float = 120.0,
    engine: Annotated[list[str] | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """So many gifts a second for so many seconds, on sqlite and postgresql."""
    figures: dict[str, Mapping[str, object]] = {}
    with two_databases("soak") as (directory, urls):
        for name in engine or list(urls):
            figures[name] = asdict(surge(urls[name], directory, rate, seconds))
            if not as_json:
                print_line(name, figures[name])
    if as_json:
        print_json(figures)


if __name__ == "__main__":
    typer.run(main)
