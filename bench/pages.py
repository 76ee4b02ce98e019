"""`./farthing bench pages`: what a campaign's page costs while webhooks change its total.

Rounds alternate the raw floor (an ASGI application that answers two bytes), an empty FastAPI route, our page from
memory, and our page made anew for each request (a query keeps it from memory). Each on one process, 64 connections;
beside ours messages about gifts come at a fixed rate. All is on loopback.
"""

import tempfile
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.load_client import LoadFigures, measure_load
from bench.messages import charge_succeeded
from bench.pending_gifts import CAMPAIGNS, create_books, total_raised
from bench.reporting import print_json, print_table, spread
from bench.web_process import serving, signed_request
from bench.webhooks import Result
from database.instants import utc_now

CONNECTIONS = 64
ENCODING = "Accept-Encoding: gzip, br\r\n"
# Which server, which path, and what share of the requests: fewer are enough where each is slow.
RUNS = {
    "floor": ("nothing", "/", 1.0),
    "route": ("route", "/", 0.5),
    "page": ("ours", "/c/appeal-0", 1.0),
    "page, anew": ("ours", "/c/appeal-0?group=", 0.02),
}


def measure(rounds: int, requests: int, gifts_per_second: int) -> dict[str, object]:
    """Run everything; the figures of each kind, and their ratios by round."""
    results = {name: Result() for name in RUNS}
    with tempfile.TemporaryDirectory(prefix="farthing-bench-") as name:
        directory = Path(name)
        for _ in range(rounds):
            for kind, (server, path, share) in RUNS.items():
                count = max(200, int(requests * share))
                if server == "ours":
                    figures = _ours(directory, path, count, gifts_per_second)
                else:
                    figures = _baseline(directory, server, path, count)
                results[kind].runs.append(figures)
    floor, route, page, anew = results.values()
    return {"sqlite": {kind: result.as_json() for kind, result in results.items()}} | {
        "ratios": {
            "page/floor": _ratio(page, floor),
            "page/route": _ratio(page, route),
            "page anew/route": _ratio(anew, route),
        }
    }


def _baseline(directory: Path, kind: str, path: str, count: int) -> LoadFigures:
    with serving("", directory, ("bench.baseline_servers", kind, "")) as (port, _):
        return _asked(port, path, count, directory)


def _ours(directory: Path, path: str, count: int, gifts_per_second: int) -> LoadFigures:
    """Our page, while gifts come; they must all be in the books."""
    books, gift_requests = directory / "books", directory / "gifts"
    for folder in (books, gift_requests):
        folder.mkdir(exist_ok=True)
    for old in books.glob("*"):
        old.unlink()
    url = f"sqlite:///{books / 'books.db'}"
    pending = create_books(url, max(CAMPAIGNS, gifts_per_second * 3))
    signed = [signed_request(charge_succeeded(gift, utc_now())) for gift in pending]
    with serving(url, books) as (port, _):
        gifts = threading.Thread(target=partial(_send_gifts, port, signed, gifts_per_second, gift_requests))
        gifts.start()
        figures = _asked(port, path, count, directory)
        gifts.join()
    if total_raised(url) != sum(gift.amount for gift in pending):
        raise RuntimeError("the books are wrong")
    return figures


def _send_gifts(port: int, signed: Sequence[bytes], rate: int, directory: Path) -> None:
    measure_load([port], 4, signed, directory, str(rate), client="bench.paced_client")


def _asked(port: int, path: str, count: int, directory: Path) -> LoadFigures:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{ENCODING}\r\n".encode()
    figures = measure_load([port], CONNECTIONS, [request] * count, directory)
    if figures.refused:
        raise RuntimeError(f"{path}: {figures.refused} requests were not answered 200")
    return figures


def _ratio(first: Result, second: Result) -> dict[str, float]:
    return spread([a.per_second / b.per_second for a, b in zip(first.runs, second.runs, strict=True)], 3)


def main(
    rounds: int = 5,
    requests: int = 20_000,
    gifts_per_second: int = 20,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure so many rounds of so many requests."""
    figures = measure(rounds, requests, gifts_per_second)
    (print_json if as_json else print_table)(figures)


if __name__ == "__main__":
    typer.run(main)
