"""`./farthing soak launch`: a thousand donors in two minutes, while ten thousand forms come from attackers.

Everything is real: `./farthing run` with its web, writer and worker, and Stripe's twin with its rate limits on. All
donors sit behind one address. Half of the attack comes from one address, half from 500. It shows the longest wait
before Stripe's page, and how many sessions the attackers made; the books must be exact afterwards.
"""

import asyncio
import math
import statistics
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import httpx2
import sqlalchemy as sa
import typer

from bench.launch_donors import HALL, LaunchTally, Visitor
from bench.reporting import failed_findings, print_json, print_line
from database.engine import open_database
from database.transactions import reading
from outbox.tables import letter
from payments.gifts.tables import checkout, gift
from payments.giving.tables import checkout_turn
from tests.test_run import running

CAMPAIGN = "ask-every-candidate"
ATTACKERS, ATTACK_CONNECTIONS = 500, 40
LETTER_SECONDS = 300.0


@dataclass(frozen=True)
class LaunchFigures:
    """The figures of a launch; seconds, unless they are counts."""

    donors: int
    thanked: int
    refused: int
    received: int
    receipts_mailed: int
    median_wait: float
    p99_wait: float
    longest_wait: float
    puzzles: int
    queued: int
    sent_back_by_stripe: int
    attack_posts: int
    attackers_sessions: int
    attackers_errors: int
    sessions: int
    seconds: float
    letters_after: float
    audit_failures: int


def launch(directory: Path, donors: int, attacks: int, seconds: float) -> tuple[LaunchFigures, LaunchTally]:
    """Run a launch in this directory."""
    var_dir = directory / "var"
    with running(var_dir, "--empty") as farthing:
        _switch_limits_on(farthing.address)
        began, tally = time.perf_counter(), LaunchTally()
        asyncio.run(_crowd(f"{farthing.address}/c/{CAMPAIGN}", tally, donors, attacks, seconds))
        took = time.perf_counter() - began
        letters_after = _wait_for_letters(var_dir, tally.thanked)
    return _figures(var_dir, tally, donors, (took, letters_after)), tally


def _switch_limits_on(address: str) -> None:
    answer = httpx2.post(f"{address}/sandbox/do/limits", data={"on": "on"}, follow_redirects=True)
    answer.raise_for_status()


async def _crowd(campaign: str, tally: LaunchTally, donors: int, attacks: int, seconds: float) -> None:
    async with _client(120) as donors_client, _client(ATTACK_CONNECTIONS) as client:
        hall = Visitor(donors_client, HALL, campaign, tally)
        networks = [Visitor(client, _attacker(n), campaign, tally) for n in range(ATTACKERS)]
        same_address = Visitor(client, "198.51.100.9", campaign, tally)
        arrivals = [_at(n * seconds / donors, hall.give(n)) for n in range(donors)]
        for n in range(attacks):
            attacker = same_address if n % 2 else networks[n // 2 % ATTACKERS]
            arrivals.append(_at(n * seconds / attacks, attacker.attack(n)))
        await asyncio.gather(*arrivals)


def _client(connections: int) -> httpx2.AsyncClient:
    """Requests that find no connection free wait for one: the server cuts what is open beyond its bound."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx2.AsyncClient(timeout=httpx2.Timeout(60, pool=None), limits=limits)


async def _at(second: float, visit: Awaitable[None]) -> None:
    await asyncio.sleep(second)
    await visit


def _attacker(n: int) -> str:
    """An address in a network of its own."""
    return f"100.{64 + n // 250}.{n % 250}.9"


def _wait_for_letters(var_dir: Path, expected: int) -> float:
    """Seconds until every receipt was mailed, or the end of our patience."""
    began = time.perf_counter()
    while _count_letters(var_dir) < expected and time.perf_counter() - began < LETTER_SECONDS:
        time.sleep(0.5)
    return time.perf_counter() - began


def _count_letters(var_dir: Path) -> int:
    return _count(
        var_dir, sa.select(sa.func.count()).where(letter.c.key.like("receipt:%"), letter.c.state != "waiting")
    )


def _count(var_dir: Path, question: sa.Select[int]) -> int:
    engine = open_database(f"sqlite:///{var_dir / 'sandbox.db'}")
    try:
        with reading(engine) as conn:
            return conn.scalar(question) or 0
    finally:
        engine.dispose()


def _figures(var_dir: Path, tally: LaunchTally, donors: int, times: tuple[float, float]) -> LaunchFigures:
    engine = open_database(f"sqlite:///{var_dir / 'sandbox.db'}")
    failures = len(failed_findings(engine))
    engine.dispose()
    waits = sorted(tally.waits) or [math.inf]
    return LaunchFigures(
        donors=donors,
        thanked=tally.thanked,
        refused=len(tally.refused),
        received=_count(var_dir, sa.select(sa.func.count()).where(gift.c.state == "received")),
        receipts_mailed=_count_letters(var_dir),
        median_wait=round(statistics.median(waits), 2),
        p99_wait=round(waits[int(len(waits) * 0.99) - 1], 2),
        longest_wait=round(waits[-1], 2),
        puzzles=tally.puzzles,
        queued=tally.queued,
        sent_back_by_stripe=_count(var_dir, sa.select(sa.func.count()).where(checkout_turn.c.tries > 0)),
        attack_posts=tally.attacks,
        attackers_sessions=tally.attackers_sessions,
        attackers_errors=tally.attackers_errors,
        sessions=_count(var_dir, sa.select(sa.func.count()).select_from(checkout)),
        seconds=round(times[0], 1),
        letters_after=round(times[1], 1),
        audit_failures=failures,
    )


def main(
    donors: int = 1000,
    attacks: int = 10_000,
    seconds: float = 120.0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """So many donors in so many seconds, and so many forms of attackers meanwhile."""
    with tempfile.TemporaryDirectory(prefix="farthing-launch-") as name:
        figures, tally = launch(Path(name), donors, attacks, seconds)
    for refusal in tally.refused[:20]:
        typer.echo(refusal, err=True)
    if as_json:
        print_json({"sqlite": asdict(figures)})
    else:
        print_line("sqlite", asdict(figures))


if __name__ == "__main__":
    typer.run(main)
