"""Jobs wait once, come in their order, and are one worker's at a time."""

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from database.engine import open_database
from database.transactions import reading, writing
from outbox.jobs import (
    LEASE,
    LONGEST_WAIT,
    Job,
    claim,
    enqueue,
    enqueue_many,
    finish,
    make_urgent,
    oldest_waiting,
    postpone,
    space_out,
    waiting_count,
)
from outbox.tables import job
from tests.clock import FixedClock

SECOND = timedelta(seconds=1)


def test_a_job_waits_with_what_it_needs(queue: Engine, clock: FixedClock) -> None:
    """Named by kind and subject."""
    with writing(queue) as conn:
        enqueue(conn, "print", "2026-1", {"number": 1, "to": ["Zoë"]}, now=clock())

        assert claim(conn, clock()) == Job("print:2026-1", "print", {"number": 1, "to": ["Zoë"]}, 1, clock())


def test_the_same_job_waits_once(queue: Engine, clock: FixedClock) -> None:
    """Asked for twice in one batch, or again later; another subject or kind is another job."""
    with writing(queue) as conn:
        enqueue_many(conn, "print", [("1", {}), ("1", {}), ("2", {})], now=clock())
        enqueue(conn, "print", "1", {}, now=clock() + SECOND)
        enqueue(conn, "mail", "1", {}, now=clock() + SECOND)

    assert _keys(queue) == ["mail:1", "print:1", "print:2"]
    with reading(queue) as conn:
        assert (waiting_count(conn), oldest_waiting(conn)) == (3, clock())


def test_newer_work_comes_before_jobs_that_were_spaced_out(queue: Engine, clock: FixedClock) -> None:
    """A month of receipts does not keep today's waiting."""
    with writing(queue) as conn:
        enqueue_many(conn, "print", [(f"old-{n}", {}) for n in range(3)], now=clock() - SECOND)
        space_out(conn, "print", clock(), 10 * SECOND)
        enqueue(conn, "print", "new", {}, now=clock() + SECOND)
        claimed = [claim(conn, clock() + at * SECOND) for at in (2, 2, 2, 11, 21)]

    assert [job and job.key for job in claimed] == ["print:old-0", "print:new", None, "print:old-1", "print:old-2"]


def test_a_job_exists_only_if_what_caused_it_does(queue: Engine, clock: FixedClock) -> None:
    """It is written in the same transaction, and goes with it."""
    with pytest.raises(ZeroDivisionError):
        _enqueue_and_fail(queue, clock())

    assert _keys(queue) == []


def test_two_who_ask_for_the_same_job_at_once_are_both_served(queue: Engine, queue_url: str, clock: FixedClock) -> None:
    """Neither is told of a duplicate key: two donors' browsers may ask in the same moment."""
    engine, failed, started = open_database(queue_url, durable=False), list[Exception](), Event()

    def ask_too() -> None:
        started.set()
        try:
            with writing(engine) as conn:
                enqueue(conn, "print", "1", {}, now=clock())
        except sa.exc.DatabaseError as error:
            failed.append(error)

    thread = Thread(target=ask_too)
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
        thread.start()
        started.wait()
        Event().wait(0.1)  # the other one waits for our commit, on either engine
    thread.join()
    engine.dispose()

    assert (failed, _keys(queue)) == ([], ["print:1"])


def test_jobs_come_in_the_order_in_which_they_fell_due(queue: Engine, clock: FixedClock) -> None:
    """And not before they are due."""
    with writing(queue) as conn:
        for n, later in enumerate([2, 0, 1, 60]):
            enqueue(conn, "print", str(n), {}, now=clock() + later * SECOND)

        assert _claimed(conn, clock() + 2 * SECOND) == ["print:1", "print:2", "print:0"]


@pytest.mark.parametrize("how", ["enqueued", "hurried"])
def test_an_urgent_job_comes_first(queue: Engine, clock: FixedClock, how: str) -> None:
    """Somebody is looking at the page that needs it."""
    with writing(queue) as conn:
        enqueue_many(conn, "print", [("1", {}), ("2", {}), ("3", {})], now=clock())
        if how == "hurried":
            make_urgent(conn, "print", "3", now=clock())
        else:
            enqueue(conn, "print", "3", {}, now=clock(), urgent=True)

        assert _claimed(conn, clock()) == ["print:3", "print:1", "print:2"]


def test_a_job_that_failed_cannot_be_hurried_past_its_wait(queue: Engine, clock: FixedClock) -> None:
    """Or a page that refreshes would run it again and again."""
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
        postpone(conn, _claim(conn, clock()), "no paper", clock())
        enqueue(conn, "print", "1", {}, now=clock(), urgent=True)

        assert claim(conn, clock() + SECOND) is None


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(queue: Engine, clock: FixedClock) -> None:
    """After that its worker counts as dead, and the job comes back."""
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
        _claim(conn, clock())

        assert claim(conn, clock() + LEASE - SECOND) is None
        assert _claim(conn, clock() + LEASE).attempts == 2


def test_two_workers_at_once_get_two_jobs(queue: Engine, queue_url: str, clock: FixedClock) -> None:
    """PostgreSQL passes over what another is just claiming; SQLite lets the second wait for the first."""
    other = open_database(queue_url, durable=False)
    with writing(queue) as conn:
        enqueue_many(conn, "print", [("1", {}), ("2", {})], now=clock())
    claimed: list[str] = []

    def claim_too() -> None:
        with writing(other) as conn:
            claimed.append(_claim(conn, clock()).key)

    thread = Thread(target=claim_too)
    with writing(queue) as conn:
        claimed.append(_claim(conn, clock()).key)
        thread.start()
        if queue.dialect.name == "postgresql":
            thread.join(timeout=10)  # it does not wait for us
            assert claimed == ["print:1", "print:2"]
    thread.join()
    other.dispose()

    assert claimed == ["print:1", "print:2"]


def test_a_finished_job_is_gone_and_may_come_again(queue: Engine, clock: FixedClock) -> None:
    """Tomorrow the same thing may have to be done anew."""
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
        finish(conn, _claim(conn, clock()))
        assert (waiting_count(conn), oldest_waiting(conn)) == (0, None)

        enqueue(conn, "print", "1", {}, now=clock())
        assert _claim(conn, clock()).attempts == 1


def test_a_job_that_is_asked_for_while_it_runs_is_done_again(queue: Engine, clock: FixedClock) -> None:
    """It may have looked before there was what it is now asked for."""
    with writing(queue) as conn:
        enqueue(conn, "settle", "all", {}, now=clock())
        running = _claim(conn, clock())
        asked_again = clock.advance(SECOND)
        enqueue(conn, "settle", "all", {}, now=asked_again)
        assert claim(conn, clock()) is None  # one worker is at it

        finish(conn, running)

        assert _claim(conn, clock()) == Job("settle:all", "settle", {}, 1, asked_again)


def test_each_failure_waits_twice_as_long_at_most_an_hour(queue: Engine, clock: FixedClock) -> None:
    """What is broken is tried again, but not all the time."""
    waits = []
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
        for _ in range(14):
            failed = clock()
            postpone(conn, _claim(conn, clock()), "no paper", failed)
            clock.now = conn.scalars(sa.select(job.c.due_at)).one()
            waits.append(clock() - failed)

    assert waits[:11] == [2**n * SECOND for n in range(1, 12)]
    assert waits[11:] == [LONGEST_WAIT] * 3


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        ("OSError: no paper", "OSError: no paper"),
        ("x" * 5000, "x" * 2000),
        ("a\x00b", "a\ufffdb"),
        ("half \ud83d", "half ?"),
    ],
    ids=["short", "long", "nul", "surrogate"],
)
def test_why_a_job_failed_is_kept_whatever_is_in_it(queue: Engine, clock: FixedClock, error: str, kept: str) -> None:
    """An error that cannot be written down must not be a second error."""
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
        postpone(conn, _claim(conn, clock()), error, clock())

        assert conn.scalars(sa.select(job.c.error)).one() == kept


@pytest.mark.parametrize("end", ["finish", "postpone"])
def test_a_worker_whose_lease_ran_out_cannot_take_the_job_from_the_next(
    queue: Engine, clock: FixedClock, end: str
) -> None:
    """It was only slow, and wakes up: the job is the other's now."""
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=clock())
        slow = _claim(conn, clock())
        clock.advance(LEASE)
        _claim(conn, clock())

        if end == "finish":
            finish(conn, slow)
        else:
            postpone(conn, slow, "late", clock())

        assert waiting_count(conn) == 1
        assert claim(conn, clock() + LEASE - SECOND) is None


def _claim(conn: Connection, now: datetime) -> Job:
    job = claim(conn, now)
    assert job is not None
    return job


def _claimed(conn: Connection, now: datetime) -> list[str]:
    """The keys of the due jobs, in the order in which a worker gets them."""
    return [claimed.key for claimed in (claim(conn, now) for _ in range(9)) if claimed]


def _keys(queue: Engine) -> list[str]:
    with reading(queue) as conn:
        return list(conn.scalars(sa.select(job.c.key).order_by(job.c.key)))


def _enqueue_and_fail(queue: Engine, now: datetime) -> None:
    with writing(queue) as conn:
        enqueue(conn, "print", "1", {}, now=now)
        1 // 0  # noqa: B018
