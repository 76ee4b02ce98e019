"""`./farthing soak lost`: every webhook was lost; one reconcile brings all gifts into the books.

A twin in a process of its own takes the payments of pending gifts and delivers nothing. Then Stripe's lists are read.
Measured are the gifts a second and the growth of memory. The books must be exact, and a second run must post nothing.
The twin's own time is left out: it was asked the same questions before, and repeats its answers from a file.
"""

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, BinaryIO
from zoneinfo import ZoneInfo

import typer
import uvicorn
from sqlalchemy.engine import Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.pending_gifts import PendingGift, create_books, total_raised
from bench.reporting import failed_findings, print_json, print_line, two_databases
from bench.web_process import HERE
from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.settlement.reconcile import Reconciliation
from payments.stripe.lists import StripeLists
from processes import freeze_garbage_collector
from sandbox.twin import Twin, TwinSettings, open_twin

KEY = "sk_test_sandbox_lost"
GIFTS_A_DAY = 10_000  # gifts; Stripe keeps events for 30 days
READY_SECONDS = 3600.0


@dataclass(frozen=True)
class ReconcileFigures:
    """The figures of a reconcile. Seconds are those of the first run; memory in MB."""

    gifts: int
    seconds: float
    processor: float
    gifts_per_second: float
    entries: int
    second_run_entries: int
    memory_half: float
    memory_end: float
    agrees: bool | None
    audit_failures: int


class RepeatedAnswers:
    """An ASGI application that repeats earlier answers from a file, so that it takes no time of its own."""

    def __init__(self, app: ASGIApp, file: BinaryIO) -> None:
        self._app, self._file = app, file
        self._answers: dict[bytes, tuple[Message, int, int]] = {}  # the start message, and where the body is

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Repeat an earlier answer, or pass the question on and keep the answer."""
        question = scope["raw_path"] + b"?" + scope["query_string"]
        if question in self._answers:
            head, start, end = self._answers[question]
            await send(head)
            await send({"type": "http.response.body", "body": os.pread(self._file.fileno(), end - start, start)})
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)
            await send(message)

        await self._app(scope, receive, keep)
        start = self._file.tell()
        self._file.write(b"".join(message.get("body", b"") for message in messages[1:]))
        self._file.flush()
        self._answers[question] = messages[0], start, self._file.tell()


def reconcile_lost_gifts(url: str, gifts: int) -> ReconcileFigures:
    """Create books, pay at the twin, reconcile twice; and once before, in throwaway books (see `RepeatedAnswers`)."""
    began = datetime.now(UTC)
    pending = create_books(url, gifts, began)
    now = began + timedelta(days=gifts // GIFTS_A_DAY + 5)
    with _twin(gifts) as address:
        _rehearse_in_a_process(address, gifts, began, now)
        engine = open_database(url)
        reconciliation = _reconciliation(engine, address, now)
        freeze_garbage_collector()  # as the command and the worker do
        memory = [_memory()]
        started, processor = time.perf_counter(), time.process_time()
        result = reconciliation.reconcile(lambda *_: memory.append(_memory()))
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        again = reconciliation.reconcile()
    failures = len(failed_findings(engine, lambda: now))
    engine.dispose()
    if total_raised(url) != sum(gift.amount for gift in pending):
        raise RuntimeError("the books are not exact")
    return ReconcileFigures(
        gifts, round(seconds, 1), round(processor, 1), round(gifts / seconds), sum(result.entries.values()),
        sum(again.entries.values()), round(memory[len(memory) // 2], 1), round(memory[-1], 1), again.settled.agrees,
        failures,
    )  # fmt: skip


def _reconciliation(engine: Engine, address: str, now: datetime) -> Reconciliation:
    bookkeeper = Bookkeeper(BookRules(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "sandbox"))
    return Reconciliation(engine, bookkeeper, StripeLists(KEY, api_base=address), lambda: now)


def _rehearse_in_a_process(address: str, gifts: int, began: datetime, now: datetime) -> None:
    """Ask the twin every question once, in a process of its own, so that its memory is not measured."""
    command = [sys.executable, "-m", "bench.lost", "rehearsal", address, str(gifts), began.isoformat(), now.isoformat()]
    subprocess.run(command, cwd=HERE, check=True)


def reconcile_throwaway_books(address: str, gifts: int, began: datetime, now: datetime) -> None:
    """Reconcile books that are deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="farthing-rehearsal-") as directory:
        url = f"sqlite:///{directory}/books.db"
        create_books(url, gifts, began)
        engine = open_database(url, durable=False)
        _reconciliation(engine, address, now).reconcile()
        engine.dispose()


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _twin(gifts: int) -> Iterator[str]:
    """Run a twin that has taken these gifts' payments, in a process of its own; yields its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.lost", "twin", str(listening.fileno()), str(gifts)],
            cwd=HERE, pass_fds=[listening.fileno()], stdout=subprocess.PIPE,
        )  # fmt: skip
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the twin did not come up")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def serve_twin(fd: int, gifts: int) -> None:
    """Take so many payments over simulated days; then serve the API."""
    settings = TwinSettings("http://twin.invalid", KEY, None, "whsec_lost", "The Bench")
    twin = open_twin(settings)
    twin.world.clock.set(time.time() + 60)
    product = str(twin.api.request("POST", "/v1/products", {"name": "Appeal"})[1]["id"])
    for n in range(gifts):
        twin.pay(_session(twin, product, PendingGift(n, 500 + n % 97 * 100)))
        twin.world.clock.set(twin.now().timestamp() + 86_400 / GIFTS_A_DAY)
        if n % 1000 == 999:
            twin.settle()
    twin.advance(timedelta(minutes=5))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with tempfile.TemporaryFile() as file:
        app = RepeatedAnswers(twin.app, file)
        config = uvicorn.Config(app, log_config=None, lifespan="off", loop="uvloop", http="httptools")
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


def _session(twin: Twin, product: str, gift: PendingGift) -> str:
    metadata = {"gift_id": gift.id, "app": "farthing", "schema": "1"}
    price = {"currency": "gbp", "product": product, "unit_amount": gift.amount}
    status, session = twin.api.request(
        "POST",
        "/v1/checkout/sessions",
        {
            "mode": "payment",
            "success_url": "https://give.example/thanks",
            "line_items": [{"price_data": price, "quantity": 1}],
            "payment_intent_data": {"metadata": metadata},
            "metadata": metadata,
        },
        gift.id,
    )
    assert status == 200, session
    return str(session["id"])


def main(
    gifts: int = 100_000,
    engine: Annotated[list[str] | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """So many gifts whose every webhook was lost, on sqlite (or `--engine postgresql`)."""
    figures: dict[str, Mapping[str, object]] = {}
    with two_databases("soak") as (_, urls):
        for name in engine or ["sqlite"]:
            figures[name] = asdict(reconcile_lost_gifts(urls[name], gifts))
            if not as_json:
                print_line(name, figures[name])
    if as_json:
        print_json(figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["twin"]:
        serve_twin(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["rehearsal"]:
        reconcile_throwaway_books(sys.argv[2], int(sys.argv[3]), *map(datetime.fromisoformat, sys.argv[4:6]))
    else:
        typer.run(main)
