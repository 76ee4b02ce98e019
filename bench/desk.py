"""`./farthing bench desk`: what the desk's pages and files take at few and at many gifts, on both databases.

Each page is asked for by a member of staff who has signed in, through the whole application but the socket. Beside it
stand a floor (an empty route, asked in the same way) and a plain baseline (the page's rows by one SELECT).
"""

import csv
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from bench.many_facts import payout_id
from bench.many_gifts import LAST_DAY, gift_id, plant_gifts
from bench.reporting import print_json, print_table
from database.transactions import reading
from staff.role import Role
from tests.postgres import start_cluster
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.lists.csv_file import csv_parts
from treasury.lists.desk_list import Shown
from treasury.lists.entries_list import ENTRY_LIST
from treasury.lists.gifts_list import GIFT_LIST
from treasury.lists.routes import ListDesk
from treasury.lists.xlsx_file import write_workbook
from treasury.routes import treasury_routes
from web.errors import install_errors

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE_URL = "http://127.0.0.1"
PLAIN = "SELECT * FROM gift WHERE received_on IS NOT NULL ORDER BY received_on DESC, received_at DESC, id DESC LIMIT 51"
MIB = 1024
MOST_XLSX = 50_000


def paths_of(count: int) -> dict[str, str]:
    """What is measured, by name: every list's first page, and the narrower questions about gifts and entries."""
    middle, month = count // 2, f"{NOW:%Y-%m}"
    return {
        "overview": "/desk",
        "trends": "/desk/trends",
        "gifts": "/desk/gifts",
        "gifts, page in the middle": f"/desk/gifts?after={gift_id(middle)}",
        "gifts by amount": "/desk/gifts?sort=-amount",
        "gifts of a month": f"/desk/gifts?month={month}",
        "gifts of a campaign": "/desk/gifts?campaign=3",
        "gifts, part of a name": "/desk/gifts?find=Number+77",
        "gifts, an address": "/desk/gifts?find=donor77@example.org",
        "gifts, an amount": "/desk/gifts?find=%C2%A325.00",
        "donors": "/desk/donors",
        "donors by name": "/desk/donors?sort=name",
        "recurring": "/desk/recurring",
        "refunds": "/desk/refunds",
        "disputes": "/desk/disputes",
        "payouts": "/desk/payouts",
        "documents": "/desk/documents",
        "letters": "/desk/letters",
        "entries": "/desk/entries",
        "entries, a figure of a campaign's month": f"/desk/entries?figure=raised&campaign=3&month={month}",
        "a gift": f"/desk/gifts/{gift_id(middle)}",
        "search for a person": "/desk/search?find=Number+77",
        "gifts, a common word": "/desk/gifts?find=donor7",
        "donors, a common word": "/desk/donors?find=donor7",
        "refunds, a common word": "/desk/refunds?find=donor7",
        "search for a common word": "/desk/search?find=donor7",
        "a payout": f"/desk/payouts/{payout_id(LAST_DAY)}",
        "books": "/desk/books",
        "books of a month": f"/desk/books/{month}",
        "trial balance": "/desk/books/trial-balance",
        "accounts": "/desk/books/accounts",
        "statement of gifts": "/desk/books/accounts/gifts?currency=GBP",
        "income by campaign": "/desk/books/income",
    }


def measure(engine: Engine, count: int, rounds: int) -> dict[str, Any]:
    """Everything at one size on one database: p50 and p95 of each page in ms, then the files."""
    client = _client(engine)
    asked = {"floor": _percentiles(lambda: client.get("/nothing"), rounds)}
    asked["plain SELECT"] = _percentiles(lambda: _plain(engine), rounds)
    for name, path in paths_of(count).items():
        if (status := client.get(path).status_code) != 200:
            raise RuntimeError(f"{path} was answered {status}")
        asked[name] = _percentiles(lambda path=path: client.get(path), rounds)  # type: ignore[misc]
    return {"ms": asked, "files": _files(engine)}


def _client(engine: Engine) -> TestClient:
    site, app = pages("test", BASE_URL), FastAPI()
    app.include_router(treasury_routes(engine, lambda: NOW, site))
    app.add_api_route("/nothing", lambda: "ok")
    install_errors(app, site)
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, engine, NOW, Role.AUDITOR)
    return client


def _plain(engine: Engine) -> None:
    with reading(engine) as conn:
        conn.exec_driver_sql(PLAIN).all()


def _percentiles(ask: Callable[[], object], rounds: int) -> dict[str, float]:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return {"p50": round(taken[len(taken) // 2], 1), "p95": round(taken[int(len(taken) * 0.95)], 1)}


def _files(engine: Engine) -> dict[str, dict[str, float]]:
    """The whole lists of gifts and of entries as CSV; the first rows of the gifts as a workbook; a plain SELECT."""
    files = {desk_list.name: _csv(engine, desk_list) for desk_list in (GIFT_LIST, ENTRY_LIST)}
    desk = ListDesk(engine, lambda: NOW, pages("test", BASE_URL), GIFT_LIST)
    chosen, columns = GIFT_LIST.form.read({}), GIFT_LIST.columns_in(Shown.FILE)
    batches = islice(desk.batches(chosen), MOST_XLSX // 2000)
    with tempfile.TemporaryDirectory(prefix="farthing-bench-") as folder, _memory() as grown:
        began, rows = time.perf_counter(), 0

        def counted() -> Iterator[Any]:
            nonlocal rows
            for batch in batches:
                rows += len(batch)
                yield batch

        write_workbook(Path(folder) / "gifts.xlsx", "Gifts", columns, counted(), UTC)
        taken = time.perf_counter() - began
    files["gifts.xlsx"] = {"rows": rows, "rows a second": round(rows / taken), "MiB above idle": round(grown[0], 1)}
    return files


def _csv(engine: Engine, desk_list: Any) -> dict[str, float]:
    desk = ListDesk(engine, lambda: NOW, pages("test", BASE_URL), desk_list)
    with _memory() as grown:
        began, lines, newest = time.perf_counter(), -1, b""
        for part in csv_parts(desk_list.columns_in(Shown.FILE), desk.batches(desk_list.form.read({})), UTC):
            lines += part.count(b"\r\n")
            newest = part if len(part) > MIB else newest
        taken = time.perf_counter() - began
    asked = {"rows": lines, "rows a second": round(lines / taken), "MiB above idle": round(grown[0], 1)}
    return asked | {"floor, rows a second": _written_again(newest)}


def _written_again(part: bytes) -> int:
    """How many rows of a part of a file `csv.writer` alone writes in a second, from memory."""
    rows = list(csv.reader(StringIO(part.decode())))
    began = time.perf_counter()
    csv.writer(StringIO()).writerows(rows)
    return round(len(rows) / (time.perf_counter() - began))


@contextmanager
def _memory() -> Iterator[list[float]]:
    """How much more memory this process held at most (Linux), in MiB, once the block has ended."""
    grown = [0.0]
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    yield grown
    grown[0] = max(0.0, (_status("VmHWM") - before) / MIB)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


def main(
    gifts: Annotated[list[int] | None, typer.Option(help="How many; may be given more than once")] = None,
    rounds: int = 20,
    databases: Annotated[str, typer.Option("--on")] = "sqlite,postgresql",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure at each of these sizes."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="farthing-bench-") as folder:
        for count in gifts or [10_000, 100_000]:
            if "sqlite" in databases:
                url = f"sqlite:///{Path(folder) / f'{count}.db'}"
                figures[f"sqlite, {count} gifts"] = _measured(url, count, rounds)
            if "postgresql" in databases:
                with start_cluster(durable=True) as cluster:
                    figures[f"postgresql, {count} gifts"] = _measured(cluster.url(cluster.create()), count, rounds)
    (print_json if as_json else print_table)(figures)


def _measured(url: str, count: int, rounds: int) -> dict[str, Any]:
    engine = plant_gifts(url, count)
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect() as conn:
                conn.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
        return measure(engine, count, rounds)
    finally:
        engine.dispose()


if __name__ == "__main__":
    typer.run(main)
