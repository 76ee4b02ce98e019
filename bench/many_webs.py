"""`./farthing bench many_webs`: what several webs take of Stripe's deliveries, compared with one.

On PostgreSQL, the wheel's newest or the one that Debian installs, directly and through PgBouncer. One and four webs
share 64 or 256 connections; one delivery in ten is a duplicate. A run ends when everything is answered and in the
books, because a web that does not get the books answers before. The books are checked after each run.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.load_client import measure_load
from bench.pending_gifts import PendingGift, create_books
from bench.reporting import print_json, print_table, spread
from bench.web_process import serving
from bench.webhooks import check, signed_deliveries
from database.engine import open_database
from database.transactions import reading
from payments.inbox.store import unapplied_count
from tests.pgbouncer import pgbouncer
from tests.postgres import Cluster, start_cluster

WEBS = (1, 4)
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Run:
    """A run: deliveries answered and applied a second, and the milliseconds within which 99 of 100 were answered."""

    per_second: float
    p99_ms: float


@dataclass(frozen=True)
class Setting:
    """How the webs reach PostgreSQL, and over how many connections deliveries come."""

    server: str
    pooled: bool
    connections: int

    @property
    def name(self) -> str:
        """What the report calls it."""
        return f"{self.server}, {'PgBouncer' if self.pooled else 'direct'}, {self.connections}"


def measure(settings: Sequence[Setting], rounds: int, gifts: int) -> dict[str, object]:
    """Run everything in turn, so that a machine that grows slower in between hits all alike."""
    runs: dict[tuple[Setting, int], list[Run]] = {(setting, count): [] for setting in settings for count in WEBS}
    pending = [PendingGift(n, 500 + n % 97 * 100) for n in range(gifts)]
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="farthing-bench-")))
        clusters = {
            server: stack.enter_context(start_cluster(durable=True, debian=server == "debian"))
            for server in {setting.server for setting in settings}
        }
        templates = {server: _template(cluster, gifts) for server, cluster in clusters.items()}
        for _ in range(rounds):
            for setting, count in random.sample(list(runs), len(runs)):
                cluster = clusters[setting.server]
                with _database(cluster, templates[setting.server], pooled=setting.pooled) as (url, direct):
                    runs[setting, count].append(_run(url, direct, count, setting.connections, pending, directory))
    return {setting.name: _report({count: runs[setting, count] for count in WEBS}) for setting in settings}


def _report(runs: dict[int, list[Run]]) -> dict[str, object]:
    alone = runs[min(runs)]
    report: dict[str, object] = {}
    for webs, of_these in runs.items():
        ratios = [run.per_second / single.per_second for run, single in zip(of_these, alone, strict=True)]
        report[f"{webs} web{'s' * (webs > 1)}"] = {
            "per_second": spread([run.per_second for run in of_these]),
            "p99_ms": round(statistics.median(run.p99_ms for run in of_these), 1),
            "of one": spread(ratios, 2),
        }
    return report


def _template(cluster: Cluster, gifts: int) -> str:
    template = cluster.create()
    create_books(cluster.url(template), gifts)
    return template


@contextmanager
def _database(cluster: Cluster, template: str, *, pooled: bool) -> Iterator[tuple[str, str]]:
    """A copy of the template: the address that the webs use, and its own."""
    name = cluster.create(template)
    direct = cluster.url(name)
    try:
        if pooled:
            with pgbouncer(direct) as through:
                yield through, direct
        else:
            yield direct, direct
    finally:
        cluster.drop(name)


def _run(url: str, direct: str, webs: int, connections: int, gifts: Sequence[PendingGift], directory: Path) -> Run:
    deliveries = signed_deliveries(gifts)
    with ExitStack() as stack:
        ports = [stack.enter_context(serving(url, directory))[0] for _ in range(webs)]
        load = measure_load(ports, connections, deliveries, directory)
        seconds = load.seconds + wait_until_applied(direct)
    if load.refused:
        raise RuntimeError(f"{load.refused} deliveries were not answered 200")
    check(direct, gifts, 1)
    return Run(load.answered / seconds, load.p99_ms)


def wait_until_applied(url: str) -> float:
    """Wait until all that is kept is in the books; the seconds that took."""
    engine, started = open_database(url), time.monotonic()
    try:
        while time.monotonic() - started < LONGEST_SECONDS:
            with reading(engine) as conn:
                if not unapplied_count(conn):
                    return time.monotonic() - started
            time.sleep(0.01)
    finally:
        engine.dispose()
    raise TimeoutError("deliveries that were kept are not in the books")


def main(
    rounds: int = 3,
    gifts: int = 6_000,
    connections: Annotated[list[int] | None, typer.Option()] = None,
    server: Annotated[list[str] | None, typer.Option(help="wheel, debian")] = None,
    way: Annotated[list[str] | None, typer.Option(help="direct, pgbouncer")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure so many rounds with so many gifts each."""
    settings = [
        Setting(name, reached == "pgbouncer", count)
        for name in server or ["debian"]
        for reached in way or ["direct", "pgbouncer"]
        for count in connections or [64, 256]
    ]
    figures = measure(settings, rounds, gifts)
    (print_json if as_json else print_table)(figures)


if __name__ == "__main__":
    typer.run(main)
