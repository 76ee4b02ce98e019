"""Two processes on one PostgreSQL that apply the same and joined deliveries at once."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from payments.inbox.delivery import Delivery
from tests.payments.messages import charged, completed
from tests.payments.organisation_books import Books, gift_id

HERE = Path(__file__).resolve().parents[2]
GIFTS = 40


def test_two_processes_with_the_same_and_joined_deliveries_miss_nothing(books: Books) -> None:
    """Each applies everything, in its own order and batches: no deadlock, no half of a join is lost.

    Charges come without metadata, so each gift needs both its halves, which reach different processes.
    """
    for n in range(1, GIFTS + 1):
        books.pledge(n)
    url = books.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.payments.delivering_process", url]
    processes = [subprocess.Popen([*command, str(seed), str(GIFTS)], cwd=HERE) for seed in (1, 2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert books.raised() == GIFTS * 2500
    assert (books.unapplied(), books.dead_letters()) == (0, [])


def test_threads_that_each_apply_one_half_of_every_gift_join_them_all(books: Books) -> None:
    """Charges to one, sessions to the other, at the same moment."""
    for n in range(1, GIFTS + 1):
        books.pledge(n)
    start = threading.Barrier(2)

    def deliver(deliveries: list[Delivery]) -> None:
        start.wait()
        for delivery in deliveries:
            books.deliver(delivery)

    with ThreadPoolExecutor(2) as threads:
        halves = [
            threads.submit(deliver, [charged(str(n)) for n in range(1, GIFTS + 1)]),
            threads.submit(deliver, [completed(str(n), gift=gift_id(n)) for n in range(1, GIFTS + 1)]),
        ]
        for half in halves:
            half.result(60)
    assert books.raised() == GIFTS * 2500
