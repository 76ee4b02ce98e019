"""`./farthing bench webhooks`: what a durably booked gift costs, against the floor and the usual way.

Rounds alternate floor, ours and usual, each against a fresh copy of one database with pending gifts, with
durable settings, at 64 connections, one delivery in ten a duplicate; the books are checked after each run.
"""

import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from stripe import WebhookSignature

from bench.gifts import CAMPAIGNS, Pending, charge_succeeded, plant
from bench.load import Measured
from bench.serving import READY_SECONDS, SECRET, await_ready, production_settings
from database.engine import open_database
from database.migrating import migrate, require_mode
from database.transactions import reading
from ledger.money import GBP
from ledger.store import raised_by_campaign
from payments import tables
from payments.inbox.webhook import PATH
from tests.postgres import Cluster, start_cluster

HERE = Path(__file__).resolve().parent.parent
CONNECTIONS = 64
DUPLICATES = 0.1

Copy = Callable[[], str]  # a fresh copy of the planted database: its address


@dataclass
class Result:
    """What one kind of server reached on one database, round by round."""

    runs: list[Measured] = field(default_factory=list)

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
    """Run it all; returns figures a database."""
    report: dict[str, object] = {}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="farthing-bench-")))
        ceiling = Result([_run("nothing", None, _requests(_made_up(gifts)), directory) for _ in range(rounds)])
        report["client"] = ceiling.as_json()
        for engine in engines:
            copies = _sqlite_copies(directory, gifts) if engine == "sqlite" else None
            if copies is None:
                cluster = stack.enter_context(start_cluster(durable=True))
                copies = _postgresql_copies(cluster, gifts)
            report[engine] = _compare(copies, gifts, rounds, directory)
    return report


def _compare(copy: Copy, gifts: int, rounds: int, directory: Path) -> dict[str, object]:
    results = {"floor": Result(), "ours": Result(), "usual": Result()}
    pending = _made_up(gifts)
    for _ in range(rounds):
        for kind, result in results.items():
            # The usual way is slow: a twentieth of the gifts tells as much.
            some = pending[: max(200, gifts // 20)] if kind == "usual" else pending
            url = copy() if kind != "floor" else None
            result.runs.append(_run(kind, url, _requests(some), directory))
            if url:
                _check(url, some)
    floor, ours, usual = results["floor"], results["ours"], results["usual"]
    return {name: result.as_json() for name, result in results.items()} | {
        "ours/floor": _ratio(ours, floor),
        "ours/usual": _ratio(ours, usual),
    }


def _ratio(one: Result, other: Result) -> dict[str, float]:
    """Round by round, so that a machine that grew slower in between does not count."""
    ratios = [a.per_second / b.per_second for a, b in zip(one.runs, other.runs, strict=True)]
    return {
        "median": round(statistics.median(ratios), 2),
        "lowest": round(min(ratios), 2),
        "highest": round(max(ratios), 2),
    }


def _made_up(count: int) -> list[Pending]:
    return [Pending(n, 500 + n % 97 * 100) for n in range(count)]


def _requests(gifts: Sequence[Pending]) -> list[bytes]:
    """Signed deliveries of these gifts' charges, one in ten sent again a little later."""
    chance, now = random.Random(7), datetime.now(UTC)
    bodies = []
    for gift in gifts:
        bodies.append(charge_succeeded(gift, now))
        if chance.random() < DUPLICATES:
            bodies.append(bodies[chance.randint(max(0, len(bodies) - 200), len(bodies) - 1)])
    return [_request(body) for body in bodies]


def _request(body: bytes) -> bytes:
    signature = WebhookSignature.generate_signature_header(body.decode(), SECRET)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Stripe/1.0\r\nAccept: */*\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nStripe-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _run(kind: str, url: str | None, requests: Sequence[bytes], directory: Path) -> Measured:
    path = directory / "requests"
    path.write_bytes(b"".join(len(one).to_bytes(4, "big") + one for one in requests))
    with _serving(kind, url, directory) as (port, pid):
        before = _cpu_seconds(pid)
        done = subprocess.run(
            [sys.executable, "-m", "bench.load", str(port), str(CONNECTIONS), str(path)],
            cwd=HERE, check=False, capture_output=True, text=True,
        )  # fmt: skip
        spent = _cpu_seconds(pid) - before
    if done.returncode:
        raise RuntimeError(f"{kind}: {done.stderr[-2000:]}")
    found = replace(Measured(**json.loads(done.stdout)), cpu_us=spent / len(requests) * 1e6)
    if found.refused:
        raise RuntimeError(f"{kind}: {found.refused} requests were not answered 200")
    return found


@contextmanager
def _serving(kind: str, url: str | None, directory: Path) -> Iterator[tuple[int, int]]:
    """A server of this kind: its port and its process."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        port = listening.getsockname()[1]
        command = [sys.executable, "-m", "bench.servers", kind, str(listening.fileno()), *([url] if url else [])]
        if kind == "ours":
            command = [sys.executable, "commands.py", "web", "--fd", str(listening.fileno())]
        server = subprocess.Popen(
            command,
            cwd=HERE,
            pass_fds=[listening.fileno()],
            env=production_settings(url or "", port, directory),
            stdout=subprocess.DEVNULL,
        )
        try:
            await_ready(port)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(READY_SECONDS)


def _cpu_seconds(pid: int) -> float:
    """What a process has spent on the processors, all its threads together."""
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _check(url: str, gifts: Sequence[Pending]) -> None:
    """Every gift once, every penny once."""
    engine = open_database(url)
    try:
        with reading(engine) as conn:
            found = sum(one.amount.minor for one in raised_by_campaign(conn, range(1, CAMPAIGNS + 1), GBP).values())
            deliveries = conn.scalar(sa.select(sa.func.count()).select_from(tables.delivery))
    finally:
        engine.dispose()
    if found != sum(gift.amount for gift in gifts) or deliveries != len(gifts):
        raise RuntimeError(f"the books are wrong: {found} pence in {deliveries} deliveries of {len(gifts)} gifts")


def _plant(url: str, gifts: int) -> None:
    migrate(url)
    engine = open_database(url)
    require_mode(engine, "test")
    plant(engine, gifts, datetime.now(UTC))
    engine.dispose()


def _sqlite_copies(directory: Path, gifts: int) -> Copy:
    template = directory / "template.db"
    _plant(f"sqlite:///{template}", gifts)

    def copy() -> str:
        for old in directory.glob("copy.db*"):
            old.unlink()
        return f"sqlite:///{shutil.copyfile(template, directory / 'copy.db')}"

    return copy


def _postgresql_copies(cluster: Cluster, gifts: int) -> Copy:
    template = cluster.create()
    _plant(cluster.url(template), gifts)
    return lambda: cluster.url(cluster.create(template))


def main(
    rounds: int = 5,
    gifts: int = 10_000,
    engine: Annotated[list[str] | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure so many rounds with so many gifts each, on sqlite and postgresql."""
    found = measure(rounds, gifts, engine or ["sqlite", "postgresql"])
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for engine_name, figures in found.items():
        typer.echo(engine_name)
        if isinstance(figures, dict):
            for kind, figure in figures.items():
                typer.echo(f"  {kind:<12} {figure}")


if __name__ == "__main__":
    typer.run(main)
