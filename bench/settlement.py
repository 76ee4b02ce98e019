"""`./farthing bench settlement`: what it costs to post a line of Stripe's balance, against parsing it.

Floor: the pages of 100 lines, with their charges in them, only parsed. Ours: parsed, read, and posted with facts,
entries, totals and clearing, a durable transaction a page. The lines settle gifts that are in the books.
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

from bench.gifts import Pending, plant_books
from bench.messages import balance_line, charge_succeeded
from bench.telling import failed_findings, spread, tell_all, tell_json, two_databases
from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.transactions import booking
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.books.decide.notice import Notice
from payments.inbox.delivery import parse
from payments.inbox.keep import keep_and_apply
from payments.reading.balance_lines import read_line

PAGE = 100
KEPT = 200  # deliveries to a batch, before the clock runs
BOOKKEEPER = Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "test"))


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
        if wrong := failed_findings(engine):
            raise RuntimeError(f"the books are wrong: {', '.join(wrong)}")
    finally:
        engine.dispose()
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    return {"floor": spread(floor), "ours": spread(ours), "ours/floor": spread(ratios, 3)}


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
    told = [Notice(one, "bench") for row in json.loads(page)["data"] for one in read_line(row)]
    with booking(engine) as conn:
        BOOKKEEPER.apply(conn, told, datetime.now(UTC))


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
    found: dict[str, dict[str, object]] = {}
    with two_databases("bench") as (_, urls):
        for one in engine or list(urls):
            found[one] = measure(urls[one], lines, rounds)
    (tell_json if as_json else tell_all)(found)


if __name__ == "__main__":
    typer.run(main)
