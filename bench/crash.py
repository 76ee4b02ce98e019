"""`./farthing soak crash`: kill -9 the web, its writer or both under a stream of deliveries, restart, redeliver, audit.

What was answered 200 before the kill must be in the books after it; what is delivered again must not count
twice. The suite runs a short version of the same.
"""

import asyncio
import os
import random
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from stripe import WebhookSignature

from bench.load_client import body_length
from bench.messages import charge_succeeded
from bench.pending_gifts import PendingGift, create_books, total_raised
from bench.reporting import print_json, print_line, two_databases
from bench.web_process import SECRET, serving
from database.engine import open_database
from database.transactions import reading
from payments.inbox import tables as inbox_tables
from payments.inbox.webhook import PATH

HERE = Path(__file__).resolve().parent.parent
CONNECTIONS = 16
STOP_SECONDS = 30
GIFTS_A_CYCLE = 400


@dataclass
class CrashFigures:
    """What the cycles showed."""

    cycles: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled_pence: int = 0
    redelivered: int = 0
    kills: list[float] = field(default_factory=list)


def crash(url: str, cycles: int, directory: Path, seed: int = 0) -> CrashFigures:
    """Run the cycles on an empty database at this address."""
    chance, figures = random.Random(seed), CrashFigures()
    gifts = create_books(url, cycles * GIFTS_A_CYCLE)
    acknowledged: set[str] = set()
    for cycle in range(cycles):
        new = gifts[cycle * GIFTS_A_CYCLE : (cycle + 1) * GIFTS_A_CYCLE]
        old = chance.sample(gifts[: cycle * GIFTS_A_CYCLE], min(60, cycle * GIFTS_A_CYCLE))
        stream = [*new, *old, *chance.sample(new, 40)]
        chance.shuffle(stream)
        after = chance.uniform(0.0, 0.35)
        with serving(url, directory, ending=signal.SIGKILL) as (port, process):
            victims = chance.choice(_VICTIMS)(process.pid)
            acknowledged |= asyncio.run(_stream_until_killed(victims, port, stream, after))
            process.wait(STOP_SECONDS)  # without its writer the web stops by itself
        figures.kills.append(round(after, 3))
        figures.lost += len(acknowledged - _applied(url))
        figures.cycles += 1
    figures.acknowledged = len(acknowledged)
    with serving(url, directory, ending=signal.SIGKILL) as (port, process):
        figures.redelivered = len(asyncio.run(_deliver(port, gifts)))
    figures.doubled_pence = total_raised(url) - sum(gift.amount for gift in gifts)
    return figures


def _writer_of(web: int) -> list[int]:
    """The writer of a web process: its only child."""
    return [int(child) for child in Path(f"/proc/{web}/task/{web}/children").read_text().split()]


_VICTIMS = (lambda web: [web], _writer_of, lambda web: [*_writer_of(web), web])


async def _stream_until_killed(
    victims: Sequence[int], port: int, gifts: Sequence[PendingGift], after: float
) -> set[str]:
    streaming = asyncio.create_task(_deliver(port, gifts))
    await asyncio.sleep(after)
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    return await streaming


async def _deliver(port: int, gifts: Sequence[PendingGift]) -> set[str]:
    """Deliver over several connections until done or interrupted; returns the events that were answered 200."""
    acknowledged: set[str] = set()
    shared = iter(gifts)
    await asyncio.gather(*[_deliver_over_a_connection(port, shared, acknowledged) for _ in range(CONNECTIONS)])
    return acknowledged


async def _deliver_over_a_connection(port: int, gifts: Iterator[PendingGift], acknowledged: set[str]) -> None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return
    try:
        for gift in gifts:
            body = charge_succeeded(gift, datetime.now(UTC))
            signature = WebhookSignature.generate_signature_header(body.decode(), SECRET)
            head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nStripe-Signature: {signature}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                return
            await reader.readexactly(body_length(answer))
            acknowledged.add(gift.event_id)
    except (OSError, asyncio.IncompleteReadError):
        return  # the server was killed: what had no answer counts as not acknowledged
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _applied(url: str) -> set[str]:
    engine = open_database(url)
    try:
        with reading(engine) as conn:
            applied = sa.select(inbox_tables.delivery.c.id).where(inbox_tables.delivery.c.applied_at.is_not(None))
            return set(conn.scalars(applied))
    finally:
        engine.dispose()


def report(figures: CrashFigures) -> Mapping[str, object]:
    """The figures as JSON has them."""
    return {
        "cycles": figures.cycles,
        "acknowledged": figures.acknowledged,
        "lost": figures.lost,
        "doubled_pence": figures.doubled_pence,
        "redelivered": figures.redelivered,
    }


def main(cycles: int = 20, as_json: Annotated[bool, typer.Option("--json")] = False, seed: int = 0) -> None:
    """Kill and restart so many times on each database."""
    reports: dict[str, Mapping[str, object]] = {}
    with two_databases("soak") as (directory, urls):
        for engine, url in urls.items():
            reports[engine] = report(crash(url, cycles, directory, seed))
            if not as_json:
                print_line(engine, reports[engine])
    if as_json:
        print_json(reports)
    raise typer.Exit(any(figures["lost"] or figures["doubled_pence"] for figures in reports.values()))


if __name__ == "__main__":
    typer.run(main)
