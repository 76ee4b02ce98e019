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

from bench.gifts import Pending, plant_books, raised_in
from bench.load import body_length
from bench.messages import charge_succeeded
from bench.serving import SECRET, serving
from bench.telling import tell_json, tell_one, two_databases
from database.engine import open_database
from database.transactions import reading
from payments.inbox import tables as inbox_tables
from payments.inbox.webhook import PATH

HERE = Path(__file__).resolve().parent.parent
CONNECTIONS = 16
STOP_SECONDS = 30
GIFTS_A_CYCLE = 400


@dataclass
class Survived:
    """What the cycles found."""

    cycles: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled_pence: int = 0
    redelivered: int = 0
    kills: list[float] = field(default_factory=list)


def crash(url: str, cycles: int, directory: Path, seed: int = 0) -> Survived:
    """Run the cycles on an empty database at this address."""
    chance, found = random.Random(seed), Survived()
    gifts = plant_books(url, cycles * GIFTS_A_CYCLE)
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
        found.kills.append(round(after, 3))
        found.lost += len(acknowledged - _applied(url))
        found.cycles += 1
    found.acknowledged = len(acknowledged)
    with serving(url, directory, ending=signal.SIGKILL) as (port, process):
        found.redelivered = len(asyncio.run(_deliver(port, gifts)))
    found.doubled_pence = raised_in(url) - sum(gift.amount for gift in gifts)
    return found


def _writer_of(web: int) -> list[int]:
    """The process that writes for a web process: its one child."""
    return [int(child) for child in Path(f"/proc/{web}/task/{web}/children").read_text().split()]


_VICTIMS = (lambda web: [web], _writer_of, lambda web: [*_writer_of(web), web])


async def _stream_until_killed(victims: Sequence[int], port: int, gifts: Sequence[Pending], after: float) -> set[str]:
    streaming = asyncio.create_task(_deliver(port, gifts))
    await asyncio.sleep(after)
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    return await streaming


async def _deliver(port: int, gifts: Sequence[Pending]) -> set[str]:
    """Deliver over several connections until done or cut off; returns the events that were answered 200."""
    acknowledged: set[str] = set()
    shared = iter(gifts)
    await asyncio.gather(*[_caller(port, shared, acknowledged) for _ in range(CONNECTIONS)])
    return acknowledged


async def _caller(port: int, gifts: Iterator[Pending], acknowledged: set[str]) -> None:
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


def report(found: Survived) -> Mapping[str, object]:
    """The figures as JSON has them."""
    return {
        "cycles": found.cycles,
        "acknowledged": found.acknowledged,
        "lost": found.lost,
        "doubled_pence": found.doubled_pence,
        "redelivered": found.redelivered,
    }


def main(cycles: int = 20, as_json: Annotated[bool, typer.Option("--json")] = False, seed: int = 0) -> None:
    """Kill and restart so many times on each database."""
    found: dict[str, Mapping[str, object]] = {}
    with two_databases("soak") as (directory, urls):
        for engine, url in urls.items():
            found[engine] = report(crash(url, cycles, directory, seed))
            if not as_json:
                tell_one(engine, found[engine])
    if as_json:
        tell_json(found)
    raise typer.Exit(any(one["lost"] or one["doubled_pence"] for one in found.values()))


if __name__ == "__main__":
    typer.run(main)
