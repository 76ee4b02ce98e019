"""The worker does every job once, keeps what fails, and outlives it all."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Barrier, Event, Lock, Thread
from typing import NoReturn

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, event

from database.engine import open_database
from database.transactions import reading, writing
from outbox.jobs import LEASE, Payload, claim, enqueue, enqueue_many, postpone
from outbox.tables import job
from outbox.worker import Chore, Worker
from tests.clock import FixedClock

SECOND = timedelta(seconds=1)


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


def test_a_worker_does_what_is_due_and_nothing_twice(queue: Engine, clock: FixedClock) -> None:
    """Each handler gets its own payloads; what is done leaves the queue."""
    printed, mailed = list[Payload](), list[Payload]()
    with writing(queue) as conn:
        enqueue_many(conn, "print", [("1", {"n": 1}), ("2", {"n": 2})], now=clock())
        enqueue(conn, "mail", "1", {"to": "x"}, now=clock())
    worker = Worker(queue, {"print": printed.append, "mail": mailed.append}, clock)

    assert (worker.run_due(), worker.run_due()) == (3, 0)

    assert (printed, mailed) == ([{"n": 1}, {"n": 2}], [{"to": "x"}])
    assert _errors(queue) == {}


def test_a_job_that_fails_is_kept_with_its_error_while_others_go_on(queue: Engine, clock: FixedClock) -> None:
    """One poisoned job among a hundred: ninety-nine are done."""
    done, cured = list[Payload](), list[bool]()

    def print_it(payload: Payload) -> None:
        if payload["n"] == 50 and not cured:
            raise ValueError("no font for this name")
        done.append(payload)

    with writing(queue) as conn:
        enqueue_many(conn, "print", [(f"{n:03}", {"n": n}) for n in range(100)], now=clock())
    worker = Worker(queue, {"print": print_it}, clock)
    worker.run_due()
    assert len(done) == 99
    assert _errors(queue) == {"print:050": "ValueError: no font for this name"}

    cured.append(True)
    assert worker.run_due() == 0  # it waits
    clock.advance(2 * SECOND)

    assert (worker.run_due(), len(done), _errors(queue)) == (1, 100, {})


def test_a_kind_that_nobody_knows_is_kept(queue: Engine, clock: FixedClock) -> None:
    """A newer version may have queued it, and will be back."""
    with writing(queue) as conn:
        enqueue(conn, "teleport", "1", {}, now=clock())

    Worker(queue, {}, clock).run_due()

    assert _errors(queue) == {"teleport:1": "UnknownJobKind: 'teleport'"}


def test_a_handler_works_outside_any_transaction(queue: Engine, clock: FixedClock) -> None:
    """It may take seconds and write; the queue, and on SQLite everybody, would wait for it."""
    with writing(queue) as conn:
        enqueue(conn, "first", "1", {}, now=clock())

    def queue_the_next(_payload: Payload) -> None:
        with writing(queue) as conn:
            enqueue(conn, "second", "1", {}, now=clock())

    done: list[Payload] = []
    assert Worker(queue, {"first": queue_the_next, "second": done.append}, clock).run_due() == 2
    assert done == [{}]


def test_a_worker_that_dies_half_way_gives_the_job_to_the_next_one(queue: Engine, clock: FixedClock) -> None:
    """When its lease is over, not before."""
    done: list[Payload] = []

    def die(_payload: Payload) -> NoReturn:
        raise Killed

    with writing(queue) as conn:
        enqueue(conn, "print", "1", {"n": 1}, now=clock())
    with pytest.raises(Killed):
        Worker(queue, {"print": die}, clock).run_due()

    heir = Worker(queue, {"print": done.append}, clock)
    assert heir.run_due() == 0
    clock.advance(LEASE)
    assert (heir.run_due(), done, _errors(queue)) == (1, [{"n": 1}], {})


def test_two_workers_share_the_work_and_do_none_of_it_twice(queue: Engine, queue_url: str, clock: FixedClock) -> None:
    """Each with its own connections, as two processes have."""
    done, lock = Counter[int](), Lock()

    def count(payload: Payload) -> None:
        with lock:
            done[payload["n"]] += 1

    with writing(queue) as conn:
        enqueue_many(conn, "print", [(f"{n:03}", {"n": n}) for n in range(60)], now=clock())
    shares = _at_once(queue_url, [lambda engine: Worker(engine, {"print": count}, clock).run_due()] * 3)

    assert done == Counter(range(60))
    assert sum(shares) == 60


def test_a_worker_runs_until_it_is_told_to_stop(queue: Engine, clock: FixedClock) -> None:
    """It waits for work, does it, and finishes what it has in hand."""
    begun, allowed, done = Event(), Event(), list[Payload]()

    def slowly(payload: Payload) -> None:
        begun.set()
        allowed.wait()
        done.append(payload)

    with _running(Worker(queue, {"print": slowly}, clock)) as worker:
        with writing(queue) as conn:
            enqueue(conn, "print", "1", {"n": 1}, now=clock())
        assert begun.wait(5)
        worker.stop()
        allowed.set()

    assert (done, _errors(queue)) == ([{"n": 1}], {})


def test_a_worker_outlives_a_database_that_does_not_answer(sqlite_url: str, clock: FixedClock) -> None:
    """Locked for longer than we wait: it tries again until the work is done. PostgreSQL raises the same error."""
    engine, done, asked = open_database(sqlite_url, durable=False), Event(), list[str]()
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=1"))
    event.listen(engine, "handle_error", lambda context: asked.append(str(context.original_exception)))
    with writing(engine) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
    with closing(sqlite3.connect(engine.url.database or "", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with _running(Worker(engine, {"print": lambda _: done.set()}, clock)):
            _until(lambda: "database is locked" in asked)
            holder.execute("ROLLBACK")
            assert done.wait(5)
    engine.dispose()


def test_chores_are_done_at_the_start_and_when_their_time_comes(queue: Engine, clock: FixedClock) -> None:
    """Beside the jobs, each at its own pace."""
    done: list[str] = []
    chores = [Chore(60 * SECOND, lambda: done.append("minute")), Chore(600 * SECOND, lambda: done.append("ten"))]
    worker = Worker(queue, {}, clock, chores)

    for step in (0, 59, 1, 540):
        clock.advance(step * SECOND)
        worker.do_chores()

    assert done == ["minute", "ten", "minute", "minute", "ten"]


def test_a_clock_that_was_ahead_leaves_nothing_waiting(queue: Engine, clock: FixedClock) -> None:
    """Five years ahead and back: what was queued, postponed, leased and repeated then is done now."""
    done, chores, years = list[Payload](), list[str](), 5 * 365 * 86400 * SECOND
    worker = Worker(queue, {"print": done.append}, clock, [Chore(60 * SECOND, lambda: chores.append("done"))])
    clock.advance(years)
    worker.do_chores()
    with writing(queue) as conn:
        enqueue_many(conn, "print", [(str(n), {"n": n}) for n in range(3)], now=clock())
        claim(conn, clock())
        job = claim(conn, clock())
        assert job
        postpone(conn, job, "no answer", clock())
    clock.advance(-years)

    worker.do_chores()

    assert (worker.run_due(), len(done), chores) == (3, 3, ["done", "done"])


def test_a_chore_that_fails_keeps_nobody_from_work(queue: Engine, clock: FixedClock) -> None:
    """It is done again when its time comes again; jobs and other chores do not wait for that."""
    tried, done = list[str](), Event()

    def fail() -> NoReturn:
        tried.append("tried")
        raise ValueError("Stripe answered nonsense")

    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
    chores = [Chore(60 * SECOND, fail), Chore(60 * SECOND, lambda: tried.append("other"))]
    with _running(Worker(queue, {"print": lambda _: done.set()}, clock, chores)):
        assert done.wait(5)

    assert tried == ["tried", "other"]


@contextmanager
def _running(worker: Worker) -> Iterator[Worker]:
    thread = Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()


def _at_once(url: str, acts: list[Callable[[Engine], int]]) -> list[int]:
    """Each act in a thread of its own, with an engine of its own, all starting together."""
    start, answers = Barrier(len(acts)), list[int]()

    def act_alone(act: Callable[[Engine], int]) -> None:
        engine = open_database(url, durable=False)
        start.wait()
        answers.append(act(engine))
        engine.dispose()

    threads = [Thread(target=act_alone, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _until(so: Callable[[], bool]) -> None:
    for _ in range(1000):
        if so():
            return
        Event().wait(0.005)
    raise TimeoutError


def _errors(queue: Engine) -> dict[str, str | None]:
    """What waits, and why."""
    with reading(queue) as conn:
        return {row.key: row.error for row in conn.execute(sa.select(job))}
