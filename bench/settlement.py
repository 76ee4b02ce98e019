"""`./farthing bench settlement`: what it costs to post a balance line, compared with only parsing it.

Floor: pages of 100 lines, with their charges in them, are only parsed. Ours: they are parsed, read, and posted with
facts, entries, totals and clearing, in a durable transaction for each page. The lines settle gifts in the books.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Engine

from bench.messages import balance_line, charge_succeeded
from bench.pending_gifts import PendingGift, create_books
from bench.reporting import failed_findings, print_json, print_table, spread, two_databases
from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.transactions import booking
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.books.decide.notice import Notice
from payments.inbox.delivery import parse
from payments.inbox.keep import take_in
from payments.reading.balance_lines import read_line

PAGE = 100
DELIVERIES_A_BATCH = 200  # before the measurement
BOOKKEEPER = Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test"))


def measure(url: str, lines: int, rounds: int) -> dict[str, object]:
    """Rounds of floor and ours in turn, each with its own lines; raises unless everything has cleared at the end."""
    gifts = create_books(url, lines * rounds)
    engine = open_database(url)
    floor, ours = [], []
    try:
        _receive(engine, gifts)
        for n in range(rounds):
            pages = _pages(gifts[n * lines : (n + 1) * lines])
            floor.append(lines / _seconds(json.loads, pages))
            ours.append(lines / _seconds(partial(_post, engine), pages))
        if wrong := failed_findings(engine):
            raise RuntimeError(f"the books are wrong: {', '.join(wrong)}")
    finally:
        engine.dispose()
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    return {"floor": spread(floor), "ours": spread(ours), "ours/floor": spread(ratios, 3)}


def _receive(engine: Engine, gifts: Sequence[PendingGift]) -> None:
    now = datetime.now(UTC)
    for start in range(0, len(gifts), DELIVERIES_A_BATCH):
        deliveries = [parse(charge_succeeded(gift, now)) for gift in gifts[start : start + DELIVERIES_A_BATCH]]
        take_in(engine, BOOKKEEPER, deliveries, now, look=False)


def _pages(gifts: Sequence[PendingGift]) -> list[bytes]:
    now = datetime.now(UTC)
    rows = [balance_line(gift, now) for gift in gifts]
    return [json.dumps({"object": "list", "data": rows[at : at + PAGE]}).encode() for at in range(0, len(rows), PAGE)]


def _post(engine: Engine, page: bytes) -> None:
    rows = json.loads(page)["data"]
    notices = [Notice(happening, "bench") for row in rows for happening in read_line(row)]
    with booking(engine) as conn:
        BOOKKEEPER.apply(conn, notices, datetime.now(UTC))


def _seconds(work: Callable[[bytes], object], pages: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for page in pages:
        work(page)
    return time.perf_counter() - started


def main(
    rounds: int = 5,
    lines: int = 4000,
    engine: Annotated[list[str] | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure so many rounds of so many lines, on sqlite and postgresql."""
    figures: dict[str, dict[str, object]] = {}
    with two_databases("bench") as (_, urls):
        for name in engine or list(urls):
            figures[name] = measure(urls[name], lines, rounds)
    (print_json if as_json else print_table)(figures)


if __name__ == "__main__":
    typer.run(main)
