"""Open the database. What it has committed must survive a power cut, or it is not opened."""

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from database.postgresql import open_postgresql, postgresql_weakness
from database.sqlite import open_sqlite, sqlite_weakness

# Four webs and two workers fit into the hundred connections that PostgreSQL allows by default. A web has 20, one for
# each thread that makes pages. A thread that has asked Stripe waits for one of them; no thread holds two. The writer
# and the worker are processes with pools of their own, and use one or two.
POOL_SIZE, POOL_OVERFLOW = 10, 10
OPTIONS = {
    "pool_size": POOL_SIZE,
    "max_overflow": POOL_OVERFLOW,
    "hide_parameters": True,  # an exception's text must not hold a donor's name
}


class NotDurable(RuntimeError):
    """The database is configured so that it can lose what it has committed."""


# The database is out of reach, locked, full, read-only after a failover, or without a free connection. The
# statement can be tried again later: nothing is wrong with it.
Outage = (OperationalError, InterfaceError, InternalError, PoolTimeout, NotDurable)


def open_database(url: str, *, durable: bool = True) -> Engine:
    """Open SQLite or PostgreSQL by its address.

    SQLite: WAL, synchronous=FULL, foreign keys, triggers for REPLACE; each set and read back.
    PostgreSQL: refuses fsync, full_page_writes or synchronous_commit off (NotDurable).
    `durable=False` leaves those guards out: for tests, never for money.
    """
    if sa.make_url(url).get_backend_name() == "sqlite":
        engine = open_sqlite(url, OPTIONS, durable=durable)
        weakness = partial(sqlite_weakness, durable=durable)
    else:
        engine = open_postgresql(url, OPTIONS)
        weakness = partial(postgresql_weakness, durable=durable)

    def refuse(connection: Any, _entry: ConnectionPoolEntry) -> None:
        if reason := weakness(connection):
            connection.close()
            raise NotDurable(reason)

    event.listen(engine, "connect", refuse)  # each connection anew: after a failover another server may answer
    return engine


def call_when_used(engine: Engine, note: Callable[[], None]) -> None:
    """Call this each time a transaction is given a connection."""
    event.listen(engine, "checkout", lambda *_: note())
