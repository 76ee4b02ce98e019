"""What only SQLite does: its settings, how a transaction begins, rows as VALUES, and lists as JSON."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from database.columns import BookDate, Instant, Json, instant_text, json_text
from database.sqlite_files import DatabaseFile

BUSY_TIMEOUT_MS = 5000
BUSY_PAUSE_SECONDS = 0.005
_FILES = "farthing_files"  # which files a connection has opened


def open_sqlite(url: str, options: Mapping[str, Any], *, durable: bool) -> Engine:
    """Open an SQLite file: WAL, synchronous=FULL unless it need not be durable, foreign keys, triggers for REPLACE."""
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "cached_statements": 512}, **options)
    engine.dialect.colspecs = {**engine.dialect.colspecs, sa.DateTime: NoInstant}

    named = engine.url.database or ":memory:"
    file = DatabaseFile("" if named.startswith((":memory:", "file:")) else named)

    def connect(connection: Any, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: see `begin`
        for pragma, value in _pragmas(durable=durable).items():
            _set(connection, pragma, value)
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA wal_autocheckpoint=8000")
        entry.info[_FILES] = file.identities(connection)

    def begin(connection: Connection) -> None:
        file.require(connection.info[_FILES])
        # Python's sqlite3 would leave the SELECTs of a read-modify-write outside the transaction.
        immediate = connection.get_execution_options().get("farthing_begin") == "immediate"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    event.listen(engine, "do_connect", lambda *_: file.prepare())
    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
    # What was removed since it began must not be acknowledged either.
    event.listen(engine, "commit", lambda connection: file.require(connection.info[_FILES]))
    return engine


class NoInstant(sa.DateTime):
    """Refuses an instant without the type of its column: it would be written as a text that sorts otherwise.

    SQLAlchemy gives this type to a bare datetime in an expression, such as an argument of `coalesce`.
    """

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], None]:
        """Raises TypeError for every instant."""

        def refuse(value: datetime | None) -> None:
            if value is not None:
                raise TypeError("An instant without a type: write sa.literal(value, column.type).")

        return refuse


def sqlite_weakness(connection: Any, *, durable: bool) -> str | None:
    """Which setting SQLite has not taken, read back from an open connection; None when all are as they must be."""
    for pragma, value in _pragmas(durable=durable).items():
        actual = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        if actual != value:
            return f"SQLite keeps {pragma} at {actual!r}; Farthing needs {value!r}."
    return None


def _pragmas(*, durable: bool) -> dict[str, str | int]:
    return {
        "journal_mode": "wal",
        "synchronous": 2 if durable else 0,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "ignore_check_constraints": 0,
        "busy_timeout": BUSY_TIMEOUT_MS,
        "trusted_schema": 0,
    }


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


def values_clause(columns: int, rows: int) -> str:
    """So many rows as a statement's VALUES, with a parameter for each value."""
    row = f"({', '.join('?' * columns)})"
    return f"VALUES {', '.join([row] * rows)}"


def values_rows(table: sa.Table, values: Mapping[str, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of these columns, each value as SQLite is given it."""
    written = [
        values[name] if write is None else [write(value) for value in values[name]]
        for name, write in _writers(table, tuple(values))
    ]
    return list(zip(*written, strict=True))


@cache
def _writers(table: sa.Table, columns: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """How SQLite is given each column's values, where the driver does not know their type."""
    return [(name, _writer(table.c[name].type)) for name in columns]


def _writer(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    match kind:
        case Json():
            return json_text
        case Instant() | BookDate():
            return _temporal
        case _:
            return None


def _temporal(value: date | None) -> str | None:
    if isinstance(value, datetime):
        # Only UTC's instants are told apart by ==, which the cache goes by: others differ in `fold` alone.
        return _spelt(value) if value.tzinfo is UTC else instant_text(value)
    return None if value is None else value.isoformat()


_spelt = lru_cache(4096)(instant_text)  # one batch says the same instant many times


def json_list(values: Sequence[str]) -> str:
    """Many texts as one parameter."""
    return to_json(values).decode()


def in_json_list(column: sa.ColumnElement[Any], listed: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The condition that a column holds one of the texts of a `json_list`."""
    rows = sa.func.json_each(listed).table_valued(sa.column("value", sa.Text))
    return column.in_(sa.select(rows.c.value))
