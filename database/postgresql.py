"""What only PostgreSQL does: its settings, rows as one JSON parameter, lists as arrays, and the lock of the books."""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from database.columns import BookDate, Bytes, Count, Flag, Instant, Json, json_text
from database.driver import PREPARES

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

APPLICATION = "farthing"
BOOKS_LOCK = 0x0FA27419  # any fixed number that no other program on this database uses
LONGEST_HOLD = "60s"
# Our questions are many and small, and `booking` leaves the planner look-ups by key alone, at a price of 10^10 where
# a table has to be read whole. Before PostgreSQL 18 that price made the server compile each of them just in time, 14 ms
# a run (docs/performance.md). So the planner is told what it must have, whatever the server's or role's defaults are.
PLANNER = {
    "jit": "off",
    "enable_nestloop": "on",
    "enable_indexscan": "on",
    "enable_indexonlyscan": "on",
    "enable_bitmapscan": "on",
    "plan_cache_mode": "auto",
}
# A process that stopped while it holds the books must not hold up Stripe's messages: a delivery that waits longer
# is answered 503, and a transaction that holds the lock too long is cut off. Local to the transaction, so PgBouncer
# does not matter. The whole transaction's time can be limited only since version 17.


def _settings(values: Mapping[str, str], *, local: bool) -> str:
    return ", ".join(f"set_config('{name}', '{value}', {local})" for name, value in values.items())


_LIMITS = (
    f"SELECT {_settings(PLANNER, local=True)},"
    " set_config('lock_timeout', '5s', true), set_config('statement_timeout', '30s', true),"
    " set_config('idle_in_transaction_session_timeout', '30s', true),"
    " CASE WHEN current_setting('server_version_num')::integer >= 170000"
    f" THEN set_config('transaction_timeout', '{LONGEST_HOLD}', true) END,"
    " set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true), "
)
TAKES_BOOKS = "farthing_takes_books"
"""The execution option of a connection whose transaction begins with one of the next two."""
TAKE_THE_BOOKS = f"{_LIMITS} pg_advisory_xact_lock({BOOKS_LOCK})"
"""Takes the lock that one writer of books holds until its transaction ends."""
TRY_THE_BOOKS = f"{_LIMITS} pg_try_advisory_xact_lock({BOOKS_LOCK})"
"""Takes the lock if it is free; the last column says whether. The limits hold either way."""


def open_postgresql(url: str, options: Mapping[str, Any]) -> Engine:
    """Open a database of a PostgreSQL server."""
    engine = sa.create_engine(
        url,
        # `booking` waits for its lock and then reads: a server whose default is REPEATABLE READ would
        # show it the books as they were before the wait.
        isolation_level="READ COMMITTED",
        # No prepared statements but for those of `database.driver`, where no pooler stands between.
        connect_args={"prepare_threshold": None, "connect_timeout": 5} | _SILENCE,
        **options,
    )
    _name_ourselves(engine)
    _ping_what_rested(engine)
    event.listen(engine, "connect", _widen)
    event.listen(engine, "connect", _note_pooler)
    event.listen(engine, "begin", _tell_the_planner)
    _send_lists_in_binary(engine)
    return engine


def postgresql_weakness(connection: Any, *, durable: bool) -> str | None:
    """Which settings let the server forget a commit, asked of an open connection; None when it forgets nothing."""
    if not durable:
        return None
    with connection.cursor() as cursor:
        asked = ", ".join(f"current_setting('{name}')" for name in SAFEGUARDS)
        cursor.execute(f"SELECT {asked}")
        off = [name for name, value in zip(SAFEGUARDS, cursor.fetchone(), strict=True) if value == "off"]
    connection.rollback()
    return f"PostgreSQL runs with {', '.join(off)} off: switch it on, or gifts can be lost." if off else None


def _name_ourselves(engine: Engine) -> None:
    """Tell the server which process asks, so that whoever looks at pg_stat_activity sees who has the books."""

    def name(_dialect: Any, _entry: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["application_name"] = f"{APPLICATION} {os.getpid()}"

    event.listen(engine, "do_connect", name)


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
        raw.execute(f"SELECT {_settings(PLANNER, local=False)}")
        raw.commit()


def _tell_the_planner(connection: Connection) -> None:
    """Behind a pooler the settings of a session are another's in the next transaction, so they are set in each.

    A transaction that takes the books sets them with its limits.
    """
    if not connection.info[PREPARES] and not connection.get_execution_options().get(TAKES_BOOKS):
        connection.exec_driver_sql(f"SELECT {_settings(PLANNER, local=True)}")


def _send_lists_in_binary(engine: Engine) -> None:
    """Kept bodies travel as a list of bytes: as text each would be spelt out in Python, at twice its length."""
    psycopg: Any = engine.dialect.loaded_dbapi  # loaded by SQLAlchemy: an installation on SQLite does without it

    def register(raw: Any, _entry: ConnectionPoolEntry) -> None:
        raw.adapters.register_dumper(list, psycopg.types.array.ListBinaryDumper)

    event.listen(engine, "connect", register)


@cache
def recordset_clause(table: sa.Table, columns: tuple[str, ...]) -> str:
    """The rows of `recordset_parameters` as a SELECT."""
    _, raw = _apart(table, columns)
    plain = [name for name in columns if name not in raw]
    shape = ", ".join(f"{name} {_type_name(table.c[name].type)}" for name in plain)
    values = ", ".join(_selected(name, table.c[name].type) for name in columns)
    # Bytes travel beside the JSON, as they are: in it they would be spelt out and read back.
    beside = "".join(f", unnest(${n}::bytea[])" for n, _ in enumerate(raw, start=2))
    rows = f"SELECT {values} FROM ROWS FROM (json_to_recordset($1) AS ({shape}){beside})"  # noqa: S608 - our own names
    return f"{rows} AS rows ({', '.join(plain + raw)})"


def recordset_parameters(
    table: sa.Table, rows: Sequence[Mapping[str, Any]], values: Mapping[str, tuple[Any, ...]]
) -> tuple[Any, ...]:
    """Rows as one JSON text, and a list of bytes for each column of bytes. `values` are the same, by column."""
    documents, raw = _apart(table, tuple(values))
    if documents:
        rows = [{**row, **{name: json_text(row[name]) for name in documents}} for row in rows]
    if raw:
        rows = [{name: value for name, value in row.items() if name not in raw} for row in rows]
    return (to_json(rows).decode(), *(list(values[name]) for name in raw))


@cache
def _apart(table: sa.Table, columns: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The columns that do not travel as they are: documents, and bytes."""
    of = [(name, table.c[name].type) for name in columns]
    return [n for n, kind in of if isinstance(kind, Json)], [n for n, kind in of if isinstance(kind, Bytes)]


def _selected(name: str, kind: sa.types.TypeEngine[Any]) -> str:
    return f"rows.{name}::integer" if isinstance(kind, Flag) else f"rows.{name}"


def _type_name(kind: sa.types.TypeEngine[Any]) -> str:
    match kind:
        case Flag():
            return "boolean"
        case Count():
            return "bigint"
        case Instant():
            return "timestamptz"
        case BookDate():
            return "date"
        case _:
            return "text"


def array_text(values: Sequence[str]) -> str:
    """Many texts as one parameter, as PostgreSQL spells an array itself."""
    if not values:
        return "{}"
    plain = "".join(values)
    if '"' in plain or "\\" in plain:
        values = [value.replace("\\", r"\\").replace('"', r"\"") for value in values]
    between = '","'
    return f'{{"{between.join(values)}"}}'


def in_array(column: sa.ColumnElement[Any], listed: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The condition that a column holds one of the texts of an `array_text`."""
    return column == sa.func.any(sa.cast(listed, sa.ARRAY(sa.Text)))
