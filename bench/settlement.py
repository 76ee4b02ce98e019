"""`./farthing bench settlement`: what it costs to post a line of Stripe's balance, against parsing it.

Floor: the pages of 100 lines, with their charges in them, only parsed. Ours: parsed, read, and posted with facts,
entries, totals and clearing, a durable transaction a page. The lines settle gifts that are in the books.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Engine

from bench.gifts import Pending, plant_books
from bench.messages import balance_line, charge_succeeded
from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.transactions import booking, reading
from ledger.audit import audit
from payments.applying import Bookkeeper, Told
from payments.inbox.delivery import parse
from payments.inbox.keeping import keep_and_apply
from payments.reading.lines import read_line
from tests.postgres import start_cluster

PAGE = 100
KEPT = 200  # deliveries to a batch, before the clock runs
BOOKKEEPER = Bookkeeper(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test")


def measure(url: str, lines: int, rounds: int) -> dict[str, object]:
    """Rounds of floor and ours in turn, each round with lines of its own; raises unless all is cleared at the end."""
    gifts = plant_books(url, lines * rounds)
    engine = open_database(url)
    floor, ours = [], []
    try:
        _receive(engine, gifts)
        for n in range(rounds):
            pages = _pages(gifts[n * lines : (n + 1) * lines])
            floor.append(lines / _seconds(json.loads, pages))
            ours.append(lines / _seconds(partial(_post, engine), pages))
        _check(engine)
    finally:
        engine.dispose()
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    return {"floor": _spread(floor), "ours": _spread(ours), "ours/floor": _spread(ratios, 3)}


def _receive(engine: Engine, gifts: Sequence[Pending]) -> None:
    now = datetime.now(UTC)
    for start in range(0, len(gifts), KEPT):
        told = [parse(charge_succeeded(gift, now)) for gift in gifts[start : start + KEPT]]
        keep_and_apply(engine, BOOKKEEPER, told, now)


def _pages(gifts: Sequence[Pending]) -> list[bytes]:
    now = datetime.now(UTC)
    rows = [balance_line(gift, now) for gift in gifts]
    return [json.dumps({"object": "list", "data": rows[at : at + PAGE]}).encode() for at in range(0, len(rows), PAGE)]


def _post(engine: Engine, page: bytes) -> None:
    told = [Told(one, "bench") for row in json.loads(page)["data"] for one in read_line(row)]
    with booking(engine) as conn:
        BOOKKEEPER.apply(conn, told, datetime.now(UTC))


def _check(engine: Engine) -> None:
    with reading(engine) as conn:
        wrong = [finding.name for finding in audit(conn) if finding.has_failed]
    if wrong:
        raise RuntimeError(f"the books are wrong: {', '.join(wrong)}")


def _seconds(work: Callable[[bytes], object], pages: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for page in pages:
        work(page)
    return time.perf_counter() - started


def _spread(found: Sequence[float], digits: int = 0) -> dict[str, float]:
    return {
        "median": round(statistics.median(found), digits),
        "lowest": round(min(found), digits),
        "highest": round(max(found), digits),
    }


def main(
    rounds: int = 5,
    lines: int = 4000,
    engine: Annotated[list[str] | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure so many rounds of so many lines, on sqlite and postgresql."""
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory(prefix="farthing-bench-") as name, start_cluster(durable=True) as cluster:
        urls = {"sqlite": f"sqlite:///{Path(name) / 'settlement.db'}", "postgresql": cluster.url(cluster.create())}
        for one in engine or list(urls):
            found[one] = measure(urls[one], lines, rounds)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for one, figures in found.items():
        typer.echo(one)
        for kind, figure in figures.items():
            typer.echo(f"  {kind:<12} {figure}")


if __name__ == "__main__":
    typer.run(main)
