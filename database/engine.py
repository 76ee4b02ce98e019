"""Open the database. What it has committed must survive a power cut, or it is not opened."""

import os
import socket
import sqlite3
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from database.driver import PREPARES

# A thread never holds two connections, so a pool for all threads of the web (20 for pages, 20 for calls to Stripe)
# makes none of them wait. The writer and the worker are processes with pools of their own, and use one or two.
POOL_SIZE, POOL_OVERFLOW = 20, 20
BUSY_TIMEOUT_MS = 5000
BUSY_PAUSE_SECONDS = 0.005
# A silent server is noticed within half a minute; TCP's default is two hours.
_SILENCE = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# psycopg prepares a statement that was run so often, or that we say to prepare: only the latter are to be.
NEVER_BY_COUNT, MOST_PREPARED = 1 << 31, 500
RESTED_SECONDS = 1.0
SEND_BUFFER = 1 << 20
_USED = "farthing_used"  # when a connection was last returned to the pool
SAFEGUARDS = ("fsync", "full_page_writes", "synchronous_commit")


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
        return _open_sqlite(url, durable)
    return _open_postgresql(url, durable)


def _open_sqlite(url: str, durable: bool) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        hide_parameters=True,  # an exception's text must not hold a donor's name
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2 if durable else 0,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "ignore_check_constraints": 0,
        "busy_timeout": BUSY_TIMEOUT_MS,
        "trusted_schema": 0,
    }

    def connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: see `begin`
        for pragma, value in wanted.items():
            _set(connection, pragma, value)
            actual = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
            if actual != value:
                connection.close()
                raise NotDurable(f"SQLite keeps {pragma} at {actual!r}; Farthing needs {value!r}.")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA wal_autocheckpoint=8000")

    def begin(connection: Connection) -> None:
        # Python's sqlite3 would leave the SELECTs of a read-modify-write outside the transaction.
        immediate = connection.get_execution_options().get("farthing_begin") == "immediate"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
    return engine


def _set(connection: Any, pragma: str, value: object) -> None:
    """Set a pragma, and try again while SQLite is busy: it does not wait when two switch a new file to WAL at once."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}={value}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(BUSY_PAUSE_SECONDS)
        else:
            return


def _open_postgresql(url: str, durable: bool) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        hide_parameters=True,  # an exception's text must not hold a donor's name
        # `booking` waits for its lock and then reads: a server whose default is REPEATABLE READ would
        # show it the books as they were before the wait.
        isolation_level="READ COMMITTED",
        # No prepared statements but for those of `database.driver`, where no pooler stands between.
        connect_args={"prepare_threshold": None, "connect_timeout": 5} | _SILENCE,
    )
    _ping_what_rested(engine)
    event.listen(engine, "connect", _widen)
    event.listen(engine, "connect", _note_pooler)
    _send_lists_in_binary(engine)
    if durable:
        # Each connection anew: after a failover another server may answer.
        event.listen(engine, "connect", _refuse_forgetful_server)
    return engine


def _ping_what_rested(engine: Engine) -> None:
    """Ask a connection that has rested whether it still leads anywhere; another is opened if it does not.

    Not each time, as `pool_pre_ping` would: under load that is a round trip a batch (docs/performance.md), and
    a server that went away within the second is an outage like any other.
    """

    def use(_raw: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_USED] = time.monotonic()

    def ping(raw: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        if time.monotonic() - entry.info[_USED] > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(raw)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError("the server has hung up") from error

    event.listen(engine, "connect", use)
    event.listen(engine, "checkin", use)
    event.listen(engine, "checkout", ping)


def _widen(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Let a whole batch lie in the socket: else we stand still until the server has come to its largest part.

    A local socket takes no more while a quarter of its buffer is full, and the bodies of 32 deliveries are 100 kB.
    As much as the system allows (`net.core.wmem_max`).
    """
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)


def _note_pooler(raw: Any, entry: ConnectionPoolEntry) -> None:
    """Note whether our own statements may be prepared: where no pooler stands between (docs/decisions/0009).

    PgBouncer in transaction mode gives each transaction another server process, which would not know them. A pooler
    tells a process id of its own; asked itself, the server tells the real one.
    """
    with raw.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        direct = entry.info[PREPARES] = cursor.fetchone()[0] == raw.info.backend_pid
    raw.rollback()
    if direct:
        raw.prepare_threshold, raw.prepared_max = NEVER_BY_COUNT, MOST_PREPARED


def _send_lists_in_binary(engine: Engine) -> None:
    """Kept bodies travel as a list of bytes: as text each would be spelt out in Python, at twice its length."""
    psycopg: Any = engine.dialect.loaded_dbapi  # loaded by SQLAlchemy: an installation on SQLite does without it

    def register(raw: Any, _entry: ConnectionPoolEntry) -> None:
        raw.adapters.register_dumper(list, psycopg.types.array.ListBinaryDumper)

    event.listen(engine, "connect", register)


def _refuse_forgetful_server(connection: Any, _entry: ConnectionPoolEntry) -> None:
    with connection.cursor() as cursor:
        asked = ", ".join(f"current_setting('{name}')" for name in SAFEGUARDS)
        cursor.execute(f"SELECT {asked}")
        off = [name for name, value in zip(SAFEGUARDS, cursor.fetchone(), strict=True) if value == "off"]
    connection.rollback()
    if off:
        connection.close()
        raise NotDurable(f"PostgreSQL runs with {', '.join(off)} off: switch it on, or gifts can be lost.")
