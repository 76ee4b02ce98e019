"""Several webs on one PostgreSQL: each keeps what came to it, and the one that has the books applies everything."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as event_of_engine

from database import driver
from database.engine import open_database
from database.transactions import booking, writing
from payments.inbox import store
from payments.inbox import tables as inbox_tables
from payments.inbox.delivery import Delivery
from payments.inbox.inbox import Inbox
from payments.inbox.keep import MOST_WAITING, take_in
from payments.inbox.webhook import Webhook
from payments.inbox.writer import (
    GATHER_SECONDS,
    LONGEST_GATHER_SECONDS,
    TOLERATED_LAG_SECONDS,
    Outcome,
    Writer,
    frame,
    gathering_seconds,
    writer_thread,
)
from tests.clock import FixedClock
from tests.payments.messages import charge, charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.webhook_requests import post, with_webhook

SOON, FOREVER = 10.0, 20.0


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    """PostgreSQL alone: on SQLite there is one web."""
    opened = open_database(postgresql_url, durable=False)
    yield opened
    opened.dispose()


def test_stripe_is_answered_while_another_process_has_the_books(books: Books) -> None:
    """The delivery is durable; it is in the books within a second of their being free, with no further message."""
    books.pledge()

    async def requests(webhook: Webhook, _inbox: Inbox) -> tuple[int, int, int]:
        with booking(books.engine):
            status = await post(webhook, [charged(gift=gift_id(1)).body])
            waiting = books.unapplied()
        return status, waiting, until(lambda: books.raised() == 2500)

    assert with_webhook(books, requests) == (200, 1, True)


def test_what_one_web_has_kept_another_applies(books: Books) -> None:
    """Nobody sends anything more to the web that kept it, which may be gone."""
    books.pledge()
    keep_for_others(books, charged(gift=gift_id(1)))

    async def nothing(_webhook: Webhook, _inbox: Inbox) -> bool:
        return until(lambda: books.raised() == 2500)

    assert with_webhook(books, nothing)


def test_a_web_that_stops_leaves_nothing_that_it_could_apply(books: Books) -> None:
    """It looks once more before it ends."""
    books.pledge()
    with booking(books.engine):
        ours, thread = ExitStack(), charged(gift=gift_id(1))
        connection = ours.enter_context(writer_thread(writer(books)))
        connection.sendall(frame(thread.body))
        assert connection.recv(1) == bytes([Outcome.KEPT])
    ours.close()
    assert books.raised() == 2500


def test_two_webs_that_keep_the_same_deliveries_at_once_keep_them_once(books: Books) -> None:
    """Stripe may send a message twice at a time; neither web waits for the other, and each is answered."""
    gifts = range(1, 31)
    for n in gifts:
        books.pledge(n)
    deliveries = [charged(str(n), gift=gift_id(n)) for n in gifts]
    start = Barrier(2)

    def keep(batch: Sequence[Delivery]) -> bool:
        start.wait()
        return take_in(books.engine, books.bookkeeper, batch, NOON, look=False).applied

    with ThreadPoolExecutor(2) as webs:
        with booking(books.engine):
            kept = [webs.submit(keep, batch) for batch in (deliveries, deliveries[::-1])]
            assert [web.result(FOREVER) for web in kept] == [False, False]
        start.reset()
        for _ in range(3):
            both = [webs.submit(keep, batch) for batch in (deliveries, deliveries[::-1])]
            assert any(web.result(FOREVER) for web in both)
    apply_the_rest(books)
    assert (books.raised(), books.count(inbox_tables.delivery)) == (30 * 2500, 30)


def test_the_one_with_the_books_applies_a_delivery_that_another_keeps_at_this_moment(books: Books) -> None:
    """It saw no such delivery when it looked. It waits for the other's row, and notes it as applied."""
    books.pledge()
    sent = charged(gift=gift_id(1))

    with ThreadPoolExecutor(1) as web:
        with writing(books.engine) as elsewhere:
            store.keep(elsewhere, [sent], NOON, applied=False)
            applying = web.submit(take_in, books.engine, books.bookkeeper, [sent], NOON, look=False)
            assert not until(applying.done, 0.2)
        assert applying.result(FOREVER).applied
    assert (books.raised(), books.unapplied(), books.count(inbox_tables.delivery)) == (2500, 0, 1)


def test_what_another_web_kept_and_cannot_be_applied_blocks_nobody(books: Books) -> None:
    """It becomes a dead letter, once, and the writers leave it to the worker from then on."""
    books.pledge()
    books.pledge(2)
    poison = delivery(event("charge.succeeded", charge("bad", gift=gift_id(9), currency="xxx"), name="poison"))
    keep_for_others(books, poison, unreadable(), charged(gift=gift_id(1)))
    for _ in range(2):
        take_in(books.engine, books.bookkeeper, [charged("2", gift=gift_id(2))], NOON, look=True)
    assert books.raised() == 5000
    assert [(dead.id, dead.attempts) for dead in books.dead_letters()] == [("evt_odd", 1), ("evt_poison", 1)]


def test_a_backlog_is_applied_in_large_batches_until_nothing_is_left(books: Books) -> None:
    """The intake says when there may be more."""
    count = MOST_WAITING + 3
    for n in range(1, count + 1):
        books.pledge(n)
    keep_for_others(books, *[charged(str(n), gift=gift_id(n)) for n in range(1, count + 1)])
    first = take_in(books.engine, books.bookkeeper, [], NOON, look=True)
    second = take_in(books.engine, books.bookkeeper, [], NOON, look=True)
    assert [(intake.applied, intake.more) for intake in (first, second)] == [(True, True), (True, False)]
    assert books.raised() == count * 2500


def test_the_one_with_the_books_killed_at_any_step_loses_nothing(books: Books) -> None:
    """Killed before each statement, before and after the commit: the next one applies all that was kept or answered."""
    steps, killed = 0, True
    while killed:
        steps += 1
        own, others = charged(f"own{steps}", gift=gift_id(2 * steps)), charged(f"o{steps}", gift=gift_id(2 * steps + 1))
        books.pledge(2 * steps)
        books.pledge(2 * steps + 1)
        keep_for_others(books, others)
        killed = taken_in_by_a_process_killed_at(books, own, steps)
        apply_the_rest(books)
        before = books.raised()
        books.deliver(own)  # Stripe sends again what was not answered
        assert books.raised() == 2 * steps * 2500
        assert before in {(2 * steps - 1) * 2500, 2 * steps * 2500}
        assert (books.unapplied(), books.dead_letters()) == (0, [])
    assert steps > 15


def test_when_the_one_with_the_books_is_killed_another_has_them_within_a_second(books: Books) -> None:
    """It stands still with the lock in its hands, in the middle of its transaction, and then it is killed."""
    books.pledge()
    books.pledge(2)
    keep_for_others(books, charged(gift=gift_id(1)))
    child = start_taking_in(books, charged("2", gift=gift_id(2)), signal.SIGSTOP, 8)
    os.waitpid(child, os.WUNTRACED)

    async def kill(_webhook: Webhook, _inbox: Inbox) -> tuple[bool, bool]:
        while_it_lives = until(lambda: books.raised() > 0, 0.2)
        os.kill(child, signal.SIGKILL)
        return while_it_lives, until(lambda: books.raised() == 2500)

    assert with_webhook(books, kill) == (False, True)
    os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("lag", "seconds"),
    [
        (-5.0, GATHER_SECONDS),  # another machine's clock
        (0.0, GATHER_SECONDS),
        (TOLERATED_LAG_SECONDS, GATHER_SECONDS),
        (TOLERATED_LAG_SECONDS + 0.1, GATHER_SECONDS + 0.1),
        (3600.0, LONGEST_GATHER_SECONDS),
    ],
)
def test_webs_keep_less_while_the_one_who_applies_lags_behind(lag: float, seconds: float) -> None:
    """But never so little that Stripe would wait for long."""
    assert gathering_seconds(timedelta(seconds=lag)) == pytest.approx(seconds)


def writer(books: Books) -> Writer:
    """The writer of a web on these books."""
    return Writer(books.engine, books.bookkeeper, FixedClock(NOON), livemode=False)


def unreadable() -> Delivery:
    """A delivery that another version could read."""
    return replace(delivery(event("charge.succeeded", charge("odd"), name="odd")), body=b"{}")


def until(so: Callable[[], bool], seconds: float = SOON) -> bool:
    """Whether this becomes so within so many seconds: a busy machine has more of them than a web would need."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if so():
            return True
        time.sleep(0.01)
    return False


def keep_for_others(books: Books, *deliveries: Delivery) -> None:
    """Keep deliveries as a web does while another process has the books."""
    with booking(books.engine):
        assert not take_in(books.engine, books.bookkeeper, deliveries, NOON, look=False).applied


def apply_the_rest(books: Books) -> None:
    """What any web does within half a second."""
    intake = take_in(books.engine, books.bookkeeper, [], NOON, look=True)
    while intake.more or not intake.applied:  # a moment after a kill the server still thinks that it lives
        intake = take_in(books.engine, books.bookkeeper, [], NOON, look=True)


def taken_in_by_a_process_killed_at(books: Books, sent: Delivery, step: int) -> bool:
    """Let a process take in a delivery and what waits; whether it was killed at this step, because there is one."""
    return os.WIFSIGNALED(os.waitpid(start_taking_in(books, sent, signal.SIGKILL, step), 0)[1])


def start_taking_in(books: Books, sent: Delivery, ending: signal.Signals, step: int) -> int:
    """A process that takes in a delivery and what waits, and sends itself this signal at this step; its id."""
    child = os.fork()
    if child == 0:
        engine = open_database(books.engine.url.render_as_string(hide_password=False), durable=False)
        _signal_at(engine, step, ending)
        take_in(engine, books.bookkeeper, [sent], NOON, look=True)
        os._exit(0)
    return child


def _signal_at(engine: Engine, step: int, ending: signal.Signals) -> None:
    """Send it before the so-manyth statement, where the commit counts as two: before and after."""
    steps, run = iter(range(1, 10_000)), driver._execute

    def count(*_: object) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), ending)

    def counted(*arguments: Any) -> Any:
        count()
        return run(*arguments)

    driver._execute = counted  # type: ignore[assignment]
    event_of_engine.listen(engine, "before_cursor_execute", count)
    event_of_engine.listen(engine, "commit", count)
    event_of_engine.listen(engine, "checkin", count)
