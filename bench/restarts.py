"""`./farthing soak restarts`: four webs on one PostgreSQL, restarted and killed under a stream of deliveries.

The webs are restarted one after the other; PostgreSQL is killed as by a power cut; and whoever has the books is killed.
Deliveries come at a fixed rate; what is not answered 200 is sent again, to another web, as Stripe and a balancer would.
Nothing that was answered may be lost, and the books must be exact and prove themselves. Directly and by PgBouncer.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from bench.load_client import body_length
from bench.many_webs import wait_until_applied
from bench.messages import charge_succeeded
from bench.pending_gifts import PendingGift, create_books, total_raised
from bench.reporting import failed_findings, print_json, print_line
from bench.web_process import HERE, READY_SECONDS, await_ready, listening_socket, production_settings, signed_request
from database.engine import open_database
from database.postgresql import APPLICATION, BOOKS_LOCK
from database.transactions import reading
from payments.inbox import tables as inbox_tables
from tests.pgbouncer import pgbouncer
from tests.postgres import Cluster, start_cluster

RATE = 200.0
BETWEEN_SECONDS, RETRY_SECONDS = 0.5, 0.1
HOLDER_SECONDS, LONGEST_SECONDS = 20.0, 200.0

HOLDER = sa.text(
    "SELECT activity.application_name FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND objid = :lock"
).bindparams(lock=BOOKS_LOCK)


@dataclass
class RestartFigures:
    """What the disturbances showed."""

    restarts: int = 0
    crashes: int = 0
    killed_with_books: int = 0
    acknowledged: int = 0
    sent_again: int = 0
    lost: int = 0
    doubled_pence: int = 0
    audit_failures: int = 0


class Web:
    """A web process that is started again when it has ended, as a service manager would."""

    def __init__(self, url: str, directory: Path) -> None:
        self._listening = listening_socket()
        self.port: int = self._listening.getsockname()[1]
        self._environment = production_settings(url, self.port, directory)
        self.start()

    def start(self) -> None:
        """Start it on its socket, which stays open meanwhile: who connects waits."""
        number = self._listening.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "commands.py", "web", "--fd", str(number)],
            cwd=HERE, pass_fds=[number], env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def restart(self) -> None:
        """Stop it as an upgrade does, and start it again."""
        self.stop()
        self.start()
        await_ready(self.port)

    def stop(self) -> None:
        """Let it finish what is in flight."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(READY_SECONDS)

    def close(self) -> None:
        """Stop it, and listen no longer."""
        self.stop()
        self._listening.close()

    @property
    def processes(self) -> list[int]:
        """Its own id and its writer's."""
        pid = self.process.pid
        with suppress(OSError):
            return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        return [pid]


class Stream:
    """Deliveries at a fixed rate, each until it is answered 200."""

    def __init__(self, ports: Sequence[int], gifts: Iterator[PendingGift]) -> None:
        self._ports, self._gifts = ports, gifts
        self.sent: list[PendingGift] = []
        self.acknowledged: set[str] = set()
        self.sent_again = 0
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Send until `stopping`, then wait for what is still to be answered."""
        loop, started = asyncio.get_running_loop(), time.monotonic()
        tasks: list[asyncio.Task[None]] = []
        while not self.stopping.is_set():
            gift = next(self._gifts)
            self.sent.append(gift)
            tasks.append(loop.create_task(self._deliver(gift, len(tasks))))
            await asyncio.sleep(max(0.0, started + len(tasks) / RATE - time.monotonic()))
        await asyncio.gather(*tasks)

    async def _deliver(self, gift: PendingGift, first: int) -> None:
        attempt = 0
        while not await _answers_200(self._ports[(first + attempt) % len(self._ports)], gift):
            attempt += 1
            self.sent_again += 1
            await asyncio.sleep(RETRY_SECONDS)
        self.acknowledged.add(gift.event_id)


async def _answers_200(port: int, gift: PendingGift) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(signed_request(charge_succeeded(gift, datetime.now(UTC))))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), READY_SECONDS)
        await reader.readexactly(body_length(head))
        return head.startswith(b"HTTP/1.1 200")
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return False
    finally:
        writer.close()


def disturb(
    cluster: Cluster, directory: Path, wanted: RestartFigures, *, pooled: bool = False, count: int = 4
) -> RestartFigures:
    """Run the stream with so many disturbances of each kind on an empty database; what they showed."""
    direct = cluster.url(cluster.create())
    gifts = create_books(direct, int(RATE * LONGEST_SECONDS))
    with pgbouncer(direct) if pooled else nullcontext(direct) as url, _webs(url, directory, count) as webs:
        stream = Stream([web.port for web in webs], iter(gifts))
        figures = RestartFigures(wanted.restarts, wanted.crashes, wanted.killed_with_books)
        asyncio.run(_disturb(stream, webs, cluster, direct, wanted))
    wait_until_applied(direct)
    _judge(direct, stream, figures)
    return figures


async def _disturb(stream: Stream, webs: Sequence[Web], cluster: Cluster, url: str, wanted: RestartFigures) -> None:
    disturbances: list[Callable[[], object]] = [webs[n % len(webs)].restart for n in range(wanted.restarts)]
    disturbances += [cluster.crash] * wanted.crashes
    disturbances += [partial(_kill_holder, webs, url)] * wanted.killed_with_books
    streaming = asyncio.create_task(stream.run())
    for disturbance in disturbances:
        await asyncio.sleep(BETWEEN_SECONDS)
        await asyncio.to_thread(disturbance)
    await asyncio.sleep(BETWEEN_SECONDS)
    stream.stopping.set()
    await streaming


def _kill_holder(webs: Sequence[Web], url: str) -> None:
    """Kill the writer that has the books at some moment, and start its web again. Raises TimeoutError if none has."""
    engine, deadline = open_database(url), time.monotonic() + HOLDER_SECONDS
    try:
        while time.monotonic() < deadline:
            with reading(engine) as conn:
                name = conn.scalar(HOLDER) or ""
            for web in webs:
                matched = re.fullmatch(rf"{APPLICATION} (\d+)", name)
                if matched and int(matched[1]) in web.processes:
                    os.kill(int(matched[1]), signal.SIGKILL)
                    web.process.wait(READY_SECONDS)  # without its writer the web stops by itself
                    web.start()
                    return
    finally:
        engine.dispose()
    raise TimeoutError("no writer was seen with the books")


@contextmanager
def _webs(url: str, directory: Path, count: int) -> Iterator[list[Web]]:
    webs = [Web(url, directory) for _ in range(count)]
    try:
        for web in webs:
            await_ready(web.port)
        yield webs
    finally:
        for web in webs:
            web.close()


def _judge(url: str, stream: Stream, figures: RestartFigures) -> None:
    engine = open_database(url)
    try:
        with reading(engine) as conn:
            applied = sa.select(inbox_tables.delivery.c.id).where(inbox_tables.delivery.c.applied_at.is_not(None))
            figures.lost = len(stream.acknowledged - set(conn.scalars(applied)))
        figures.audit_failures = len(failed_findings(engine))
    finally:
        engine.dispose()
    figures.acknowledged, figures.sent_again = len(stream.acknowledged), stream.sent_again
    figures.doubled_pence = total_raised(url) - sum(gift.amount for gift in stream.sent)


def main(
    restarts: int = 8,
    crashes: int = 3,
    kills: int = 10,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Restart, crash and kill so often, directly and through PgBouncer."""
    reports: dict[str, Mapping[str, object]] = {}
    with tempfile.TemporaryDirectory(prefix="farthing-soak-") as name, start_cluster(durable=True) as cluster:
        for way in ("direct", "pgbouncer"):
            wanted = RestartFigures(restarts, crashes, kills)
            figures = disturb(cluster, Path(name), wanted, pooled=way == "pgbouncer")
            reports[way] = asdict(figures)
            if not as_json:
                print_line(way, reports[way])
    if as_json:
        print_json(reports)
    bad = ("lost", "doubled_pence", "audit_failures")
    raise typer.Exit(any(figures[name] for figures in reports.values() for name in bad))


if __name__ == "__main__":
    typer.run(main)
