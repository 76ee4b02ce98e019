"""Three ways into the database: read, write, and keep the books (one at a time)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock, RLock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine

from database.driver import fetch_rows
from database.postgresql import TAKE_THE_BOOKS, TAKES_BOOKS, TRY_THE_BOOKS

LONGEST_TURN_SECONDS = 10.0
_LOCKS: WeakKeyDictionary[Engine, Any] = WeakKeyDictionary()
_LOCKS_OF = Lock()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads; it never waits for a writer."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def reading_one_state(engine: Engine) -> Iterator[Connection]:
    """A reading transaction whose questions all see the database as it was at the first of them.

    SQLite's always do; PostgreSQL's see what was committed between two questions, unless they are asked so.
    """
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect() as connection:
        connection = connection.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes anything but the books; on SQLite it takes the write lock at once."""
    with _begun(engine, farthing_begin="immediate") as connection:
        yield connection


@contextmanager
def booking(engine: Engine) -> Iterator[Connection]:
    """The one writer of books: facts, entries, totals and receipt numbers are written in here.

    Two writers at once would each miss the other's half of a join (a charge here, its link there). On PostgreSQL an
    advisory lock, held by the transaction, keeps a second process waiting.
    """
    with _writing_books(engine) as connection:
        if engine.dialect.name == "postgresql":
            fetch_rows(connection, TAKE_THE_BOOKS)
        yield connection


@contextmanager
def booking_if_free(engine: Engine) -> Iterator[tuple[Connection, bool]]:
    """A writing transaction, and whether it has the books: on PostgreSQL only if no other process holds them.

    On SQLite every writing transaction has them, because it has waited for the one write lock.
    """
    with _writing_books(engine) as connection:
        if engine.dialect.name == "postgresql":
            [row] = fetch_rows(connection, TRY_THE_BOOKS)
            yield connection, row[-1]
        else:
            yield connection, True


def _writing_books(engine: Engine) -> AbstractContextManager[Connection]:
    return _begun(engine, farthing_begin="immediate", **{TAKES_BOOKS: True})


@contextmanager
def _begun(engine: Engine, **options: Any) -> Iterator[Connection]:
    with _in_turn(engine), engine.connect() as connection:
        connection = connection.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def _in_turn(engine: Engine) -> Iterator[None]:
    """On SQLite the writers of one process wait for each other here, and one of them for the file's lock.

    SQLite's own waiting is a poll that knows no order: of twenty threads some would find the file taken for longer than
    its timeout, and their visitors an error. Whoever has waited that long here tries all the same.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    with _LOCKS_OF:
        lock = _LOCKS.setdefault(engine, RLock())
    is_held = lock.acquire(timeout=LONGEST_TURN_SECONDS)
    try:
        yield
    finally:
        if is_held:
            lock.release()


@contextmanager
def apart(connection: Connection) -> Iterator[None]:
    """A part of a transaction that may fail by itself: behind a savepoint."""
    with connection.begin_nested():
        yield
