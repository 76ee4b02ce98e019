"""Nothing that is read, changed and written back is lost; and the plain BEGIN would lose it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from database import transactions
from database.driver import fetch_rows
from database.engine import Outage, open_database
from database.postgresql import LONGEST_HOLD, TAKE_THE_BOOKS
from database.transactions import booking, reading, reading_one_state, writing

THREADS, TIMES = 8, 40
counter = sa.table("counter", sa.column("n", sa.Integer))


@pytest.fixture
def counting(engine: Engine) -> Engine:
    """A database with a number in it."""
    with writing(engine) as conn:
        conn.exec_driver_sql("CREATE TABLE counter (n INTEGER NOT NULL)")
        conn.execute(sa.insert(counter).values(n=0))
    return engine


def test_the_books_lose_no_update(counting: Engine) -> None:
    """Eight threads take the next number forty times each, and each gets its own."""

    def take(_thread: int) -> list[int]:
        taken = []
        for _ in range(TIMES):
            with booking(counting) as conn:
                taken.append(_count_on(conn))
        return taken

    with ThreadPoolExecutor(THREADS) as pool:
        taken = [number for numbers in pool.map(take, range(THREADS)) for number in numbers]

    assert sorted(taken) == list(range(1, THREADS * TIMES + 1))


def test_the_questions_of_one_state_all_see_the_first_ones_moment(counting: Engine) -> None:
    """What is committed between two of them is seen by the next such transaction alone."""
    question = sa.select(counter.c.n)
    with reading_one_state(counting) as conn:
        before = conn.scalar(question)
        with writing(counting) as other:
            other.execute(sa.update(counter).values(n=1))
        seen = [before, conn.scalar(question)]
    with reading_one_state(counting) as conn:
        assert [*seen, conn.scalar(question)] == [0, 0, 1]


def test_a_reading_transaction_that_writes_late_is_refused_on_sqlite(sqlite_url: str) -> None:
    """Plain BEGIN: what was read has changed meanwhile, and SQLite will not write over it."""
    engine = open_database(sqlite_url, durable=False)
    with writing(engine) as conn:
        conn.exec_driver_sql("CREATE TABLE counter (n INTEGER NOT NULL)")
        conn.execute(sa.insert(counter).values(n=0))

    with pytest.raises(sa.exc.OperationalError, match="database is locked"):
        _interleave(engine)

    engine.dispose()


def test_a_reading_transaction_that_writes_late_loses_on_postgresql(postgresql_url: str) -> None:
    """Plain BEGIN: two were counted, one is left, and nobody is told. Hence the one lock of `booking`."""
    engine = open_database(postgresql_url, durable=False)
    with writing(engine) as conn:
        conn.exec_driver_sql("CREATE TABLE counter (n INTEGER NOT NULL)")
        conn.execute(sa.insert(counter).values(n=0))

    _interleave(engine)

    with reading(engine) as conn:
        assert conn.scalar(sa.select(counter.c.n)) == 1
    engine.dispose()


def test_the_books_are_read_after_the_wait_for_them(cluster_with_old_snapshots: Engine) -> None:
    """A server whose transactions freeze their view at the first statement would show the books of before."""
    engine, waiting, done = cluster_with_old_snapshots, threading.Event(), list[int]()

    def second() -> None:
        with engine.connect():  # a connection is there, so that only the lock is waited for
            waiting.set()
        with booking(engine) as conn:
            done.append(_count_on(conn))

    thread = threading.Thread(target=second)
    with booking(engine) as conn:
        _count_on(conn)
        thread.start()
        waiting.wait()
        _until(lambda: _someone_waits(engine))
    thread.join()

    assert done == [2]


def test_who_stands_still_with_the_books_in_hand_loses_them(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even behind questions that were answered, where PostgreSQL measures no idleness while a pipeline is open."""
    shorter = TAKE_THE_BOOKS.replace(LONGEST_HOLD, "300ms")
    monkeypatch.setattr(transactions, "TAKE_THE_BOOKS", shorter)
    engine = open_database(postgresql_url, durable=False)
    with pytest.raises(Outage), booking(engine) as conn:  # noqa: PT012
        if (conn.dialect.server_version_info or ()) < (17,):
            pytest.skip("PostgreSQL measures a whole transaction's time since version 17")
        fetch_rows(conn, "SELECT 1")
        time.sleep(1)
        fetch_rows(conn, "SELECT 1")

    with booking(engine) as conn:
        assert fetch_rows(conn, "SELECT 1") == [(1,)]
    engine.dispose()


@pytest.fixture
def cluster_with_old_snapshots(postgresql_url: str) -> Iterator[Engine]:
    """A PostgreSQL whose administrator made REPEATABLE READ the default."""
    administrator = open_database(postgresql_url, durable=False)
    with writing(administrator) as conn:
        conn.exec_driver_sql("CREATE TABLE counter (n INTEGER NOT NULL)")
        conn.execute(sa.insert(counter).values(n=0))
        name = sa.make_url(postgresql_url).database
        conn.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
    administrator.dispose()
    engine = open_database(postgresql_url, durable=False)
    yield engine
    engine.dispose()


def test_a_reader_never_waits_for_the_books(counting: Engine) -> None:
    """The page is served from what is committed while a batch is being written."""
    with booking(counting) as conn:
        _count_on(conn)
        with reading(counting) as reader:
            seen = reader.scalar(sa.select(counter.c.n))

    assert seen == 0


def test_what_fails_is_not_half_written(counting: Engine) -> None:
    """An error inside the block takes everything back."""
    with pytest.raises(ZeroDivisionError):
        _count_and_fail(counting)

    with reading(counting) as conn:
        assert conn.scalars(sa.select(counter.c.n)).all() == [0]


def test_the_lock_of_the_books_goes_with_its_transaction(counting: Engine) -> None:
    """The next one gets in, whether the one before was committed or failed."""
    with pytest.raises(ZeroDivisionError):
        _count_and_fail(counting)

    with booking(counting) as conn:
        assert _count_on(conn) == 1


def _count_on(conn: Connection) -> int:
    """Read, change, write back: what needs protecting."""
    after = int(conn.scalars(sa.select(counter.c.n)).one()) + 1
    conn.execute(sa.update(counter).values(n=after))
    return after


def _count_and_fail(engine: Engine) -> None:
    with booking(engine) as conn:
        _count_on(conn)
        conn.execute(sa.insert(counter).values(n=1 // 0))


def _interleave(engine: Engine) -> None:
    """One reads, another counts on, and the first counts on from what it had read."""
    with reading(engine) as first:
        before = int(first.scalars(sa.select(counter.c.n)).one())
        with writing(engine) as second:
            _count_on(second)
        first.execute(sa.update(counter).values(n=before + 1))


def _someone_waits(engine: Engine) -> bool:
    with reading(engine) as conn:
        return bool(conn.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")))


def _until(so: Callable[[], bool]) -> None:
    for _ in range(1000):
        if so():
            return
        threading.Event().wait(0.005)
    raise TimeoutError


def test_writers_of_one_process_wait_for_each_other_in_turn(tmp_path: Path) -> None:
    """A crowd of threads on SQLite: none finds the file taken, though SQLite itself would wait for a millisecond."""
    engine = open_database(f"sqlite:///{tmp_path / 'turns.db'}", durable=False)
    sa.event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout = 1"))
    with writing(engine) as conn:
        conn.execute(sa.text("CREATE TABLE written (n INTEGER)"))

    def write(n: int) -> None:
        with writing(engine) as conn:
            time.sleep(0.005)
            conn.execute(sa.text("INSERT INTO written VALUES (:n)"), {"n": n})

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(write, range(24)))
    with reading(engine) as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM written")) == 24
    engine.dispose()
