"""`./farthing bench webhooks`: what a durably booked gift costs, compared with the floor and the usual way.

Rounds alternate floor, ours and usual, each against a fresh copy of one database with pending gifts, with
durable settings, at 64 connections, one delivery in ten a duplicate; the books are checked after each run.
Charges alone, and the three messages that a real gift brings: its session, its charge, and the charge's update.
"""

import os
import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from bench.load_client import LoadFigures, measure_load
from bench.messages import charge_succeeded, charge_updated, checkout_completed
from bench.pending_gifts import PendingGift, create_books, total_raised
from bench.reporting import print_json, print_table, spread
from bench.web_process import serving, signed_request
from database.engine import open_database
from database.transactions import reading
from payments.inbox import tables as inbox_tables
from tests.postgres import Cluster, start_cluster

HERE = Path(__file__).resolve().parent.parent
CONNECTIONS = 64
DUPLICATES = 0.1

Message = Callable[[PendingGift, datetime], bytes]
Copy = Callable[[], str]  # makes a fresh copy of the database with pending gifts; its address


@dataclass
class Result:
    """What one kind of server reached on one database, round by round."""

    runs: list[LoadFigures] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """The median of the rounds."""
        return statistics.median(run.per_second for run in self.runs)

    def as_json(self) -> dict[str, object]:
        """Medians with their spread."""
        rates = [run.per_second for run in self.runs]
        return {
            "per_second": round(self.per_second),
            "lowest": round(min(rates)),
            "highest": round(max(rates)),
            "p50_ms": round(statistics.median(run.p50_ms for run in self.runs), 1),
            "p99_ms": round(statistics.median(run.p99_ms for run in self.runs), 1),
            "cpu_us": round(statistics.median(run.cpu_us for run in self.runs)),
        }


def measure(rounds: int, gifts: int, engines: Sequence[str]) -> dict[str, object]:
    """Run everything; the figures of each database."""
    report: dict[str, object] = {}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="farthing-bench-")))
        ceiling = Result([_run("nothing", None, signed_deliveries(_pending(gifts)), directory) for _ in range(rounds)])
        report["client"] = ceiling.as_json()
        for engine in engines:
            copies = _sqlite_copies(directory, gifts) if engine == "sqlite" else None
            if copies is None:
                cluster = stack.enter_context(start_cluster(durable=True))
                copies = _postgresql_copies(cluster, gifts)
            report[engine] = _compare(copies, gifts, rounds, directory)
    return report


CHARGES, MIX = (charge_succeeded,), (checkout_completed, charge_succeeded, charge_updated)
# Which server is run, with which messages for each gift, and with what share of the gifts: fewer are enough where the
# usual way is slow, or a gift has three messages.
RUNS = {
    "floor": ("floor", CHARGES, 1.0),
    "ours": ("ours", CHARGES, 1.0),
    "usual": ("usual", CHARGES, 0.05),
    "floor, mix": ("floor", MIX, 0.4),
    "ours, mix": ("ours", MIX, 0.4),
}


def _compare(copy: Copy, gifts: int, rounds: int, directory: Path) -> dict[str, object]:
    results = {name: Result() for name in RUNS}
    for _ in range(rounds):
        for name, (kind, messages, share) in RUNS.items():
            some = _pending(max(200, int(gifts * share)))
            url = copy() if kind != "floor" else None
            results[name].runs.append(_run(kind, url, signed_deliveries(some, messages), directory))
            if url:
                check(url, some, len(messages))
    floor, ours, usual, mix_floor, mix = results.values()
    return {name: result.as_json() for name, result in results.items()} | {
        "ours/floor": _ratio(ours, floor),
        "ours/usual": _ratio(ours, usual),
        "mix/floor": _ratio(mix, mix_floor),
    }


def _ratio(first: Result, second: Result) -> dict[str, float]:
    """PacedRequests by round, so that a machine that grew slower in between does not count."""
    return spread([a.per_second / b.per_second for a, b in zip(first.runs, second.runs, strict=True)], 2)


def _pending(count: int) -> list[PendingGift]:
    return [PendingGift(n, 500 + n % 97 * 100) for n in range(count)]


def signed_deliveries(gifts: Sequence[PendingGift], messages: Sequence[Message] = CHARGES) -> list[bytes]:
    """Signed deliveries about these gifts, one in ten sent again a little later."""
    chance, now = random.Random(7), datetime.now(UTC)
    bodies: list[bytes] = []
    for gift in gifts:
        for message in messages:
            bodies.append(message(gift, now))
            if chance.random() < DUPLICATES:
                bodies.append(bodies[chance.randint(max(0, len(bodies) - 200), len(bodies) - 1)])
    return [signed_request(body) for body in bodies]


def _run(kind: str, url: str | None, requests: Sequence[bytes], directory: Path) -> LoadFigures:
    with serving(url or "", directory, _baseline(kind, url)) as (port, server):
        before = _cpu_seconds(server.pid)
        figures = measure_load([port], CONNECTIONS, requests, directory)
        spent = _cpu_seconds(server.pid) - before
    figures = replace(figures, cpu_us=spent / len(requests) * 1e6)
    if figures.refused:
        raise RuntimeError(f"{kind}: {figures.refused} requests were not answered 200")
    return figures


def _baseline(kind: str, url: str | None) -> Sequence[str]:
    """The module that serves this kind, with its arguments before the socket's; nothing for ours."""
    return () if kind == "ours" else ("bench.baseline_servers", kind, url or "")


def _cpu_seconds(pid: int) -> float:
    """What a process and its children have spent on the processors, all their threads together."""
    children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_cpu_seconds(int(child)) for child in children)


def check(url: str, gifts: Sequence[PendingGift], messages: int) -> None:
    """Every gift once, every penny once."""
    engine = open_database(url)
    try:
        with reading(engine) as conn:
            deliveries = conn.scalar(sa.select(sa.func.count()).select_from(inbox_tables.delivery))
    finally:
        engine.dispose()
    raised = total_raised(url)
    if raised != sum(gift.amount for gift in gifts) or deliveries != len(gifts) * messages:
        raise RuntimeError(f"the books are wrong: {raised} pence in {deliveries} deliveries of {len(gifts)} gifts")


def _sqlite_copies(directory: Path, gifts: int) -> Copy:
    template = directory / "template.db"
    create_books(f"sqlite:///{template}", gifts)

    def copy() -> str:
        for old in directory.glob("copy.db*"):
            old.unlink()
        return f"sqlite:///{shutil.copyfile(template, directory / 'copy.db')}"

    return copy


def _postgresql_copies(cluster: Cluster, gifts: int) -> Copy:
    template = cluster.create()
    create_books(cluster.url(template), gifts)
    return lambda: cluster.url(cluster.create(template))


def main(
    rounds: int = 5,
    gifts: int = 5_000,
    engine: Annotated[list[str] | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure so many rounds with so many gifts each, on sqlite and postgresql."""
    figures = measure(rounds, gifts, engine or ["sqlite", "postgresql"])
    (print_json if as_json else print_table)(figures)


if __name__ == "__main__":
    typer.run(main)
