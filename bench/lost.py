"""`./farthing soak lost`: nothing was ever delivered; one reconcile brings every gift into the books.

A twin in a process of its own takes the payments of pending gifts and delivers nothing. Then the lists are walked:
how many gifts a second, without the time in which we wait for the twin's answers; how memory grew; and that the
books are exact and a second run posts nothing.
"""

import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import requests
import typer
import uvicorn

from bench.gifts import Pending, plant_books, raised_in
from bench.serving import HERE
from bench.telling import failed_findings, tell_json, tell_one, two_databases
from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from payments.applying import Bookkeeper
from payments.settlement.settling import Settling
from payments.settlement.walking import Pages
from payments.stripe_lists import Lists, Page
from processes import leave_alone_what_stays
from sandbox.twin import Twin, TwinSettings, open_twin

KEY = "sk_test_sandbox_lost"
A_DAY = 10_000  # gifts; Stripe keeps events for 30 days
READY_SECONDS = 3600.0


@dataclass(frozen=True)
class Healed:
    """What a reconcile came to. Seconds are of the first run; `waited` of them for the twin. Memory in MB."""

    gifts: int
    seconds: float
    waited: float
    processor: float
    gifts_per_second: float
    entries: int
    second_run_entries: int
    memory_half: float
    memory_end: float
    agrees: bool | None
    audit_failures: int


class Waiting:
    """How long we have done nothing but wait for answers: from a request until its body is there.

    A page that is fetched beside the work counts from the moment at which the work waits for it.
    """

    def __init__(self) -> None:
        self.seconds, self._came = 0.0, 0.0
        self._send, self._wait = requests.Session.send, Pages.wait

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count while it lasts."""
        waiting = self

        def send(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
            began = time.perf_counter()
            answer = waiting._send(session, request, **more)
            answer.content  # noqa: B018 - reads the body
            waiting._came = time.perf_counter()
            if threading.current_thread() is threading.main_thread():
                waiting.seconds += waiting._came - began
            return answer

        def wait(pages: Pages, coming: Future[Page]) -> Page:
            began = time.perf_counter()
            page = waiting._wait(pages, coming)
            waiting.seconds += max(0.0, waiting._came - began)
            return page

        requests.Session.send, Pages.wait = send, wait  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            requests.Session.send, Pages.wait = self._send, self._wait  # type: ignore[method-assign]


def heal(url: str, gifts: int) -> Healed:
    """Plant, pay at the twin, reconcile twice."""
    pending = plant_books(url, gifts)
    engine = open_database(url)
    began = datetime.now(UTC)
    with _twin(gifts) as address:
        now = began + timedelta(days=gifts // A_DAY + 5)
        bookkeeper = Bookkeeper(DEMO_ORGANISATION, ZoneInfo("Europe/London"), "sandbox")
        settling = Settling(engine, bookkeeper, Lists(KEY, api_base=address), lambda: now)
        leave_alone_what_stays()  # as the command and the worker do
        memory, waiting = [_memory()], Waiting()
        started, processor = time.perf_counter(), time.process_time()
        with waiting.watch():
            found = settling.reconcile(lambda *_: memory.append(_memory()))
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        again = settling.reconcile()
    failures = len(failed_findings(engine, lambda: now))
    engine.dispose()
    if raised_in(url) != sum(gift.amount for gift in pending):
        raise RuntimeError("the books are not exact")
    return Healed(
        gifts, round(seconds, 1), round(waiting.seconds, 1), round(processor, 1),
        round(gifts / (seconds - waiting.seconds)), sum(found.entries.values()), sum(again.entries.values()),
        round(memory[len(memory) // 2], 1), round(memory[-1], 1), again.settled.agrees, failures,
    )  # fmt: skip


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _twin(gifts: int) -> Iterator[str]:
    """A twin that has taken these gifts' payments, in a process of its own: its address."""
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


def be_the_twin(fd: int, gifts: int) -> None:
    """Take so many payments, a part of them each simulated day; then answer questions."""
    settings = TwinSettings("http://twin.invalid", KEY, None, "whsec_lost", "The Bench")
    twin = open_twin(settings)
    twin.world.clock.set(time.time() + 60)
    product = str(twin.door.ask("POST", "/v1/products", {"name": "Appeal"})[1]["id"])
    for n in range(gifts):
        twin.pay(_session(twin, product, Pending(n, 500 + n % 97 * 100)))
        twin.world.clock.set(twin.now().timestamp() + 86_400 / A_DAY)
        if n % 1000 == 999:
            twin.settle()
    twin.advance(timedelta(minutes=5))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    config = uvicorn.Config(twin.app, log_config=None, lifespan="off", loop="uvloop", http="httptools")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


def _session(twin: Twin, product: str, gift: Pending) -> str:
    known_by = {"gift_id": gift.id, "app": "farthing", "schema": "1"}
    price = {"currency": "gbp", "product": product, "unit_amount": gift.amount}
    status, session = twin.door.ask(
        "POST",
        "/v1/checkout/sessions",
        {
            "mode": "payment",
            "success_url": "https://give.example/thanks",
            "line_items": [{"price_data": price, "quantity": 1}],
            "payment_intent_data": {"metadata": known_by},
            "metadata": known_by,
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
    found: dict[str, Mapping[str, object]] = {}
    with two_databases("soak") as (_, urls):
        for one in engine or ["sqlite"]:
            found[one] = asdict(heal(urls[one], gifts))
            if not as_json:
                tell_one(one, found[one])
    if as_json:
        tell_json(found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["twin"]:
        be_the_twin(int(sys.argv[2]), int(sys.argv[3]))
    else:
        typer.run(main)
