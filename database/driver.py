"""Statements given to the driver itself, for the webhook's way: SQLAlchemy's result objects cost a tenth of a batch.

On PostgreSQL `travelling_together` uses psycopg's pipeline mode: statements that answer nothing are sent one after the
other, and their answers are waited for once. docs/performance.md has the figures.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

Parameters = Sequence[Any]

_TRAVELLING = "farthing_travelling"  # set while the statements of a connection travel together
PREPARES = "farthing_prepares"  # set on a connection to PostgreSQL that leads to one server process all its life


def fetch_rows(connection: Connection, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """Run a statement that answers rows, and return every row as the driver gives it."""
    with _as_sqlalchemy_raises(connection, sql):
        # Rows left unread on SQLite are a statement in progress, beside which no savepoint can be opened.
        rows: list[tuple[Any, ...]] = _execute(connection, sql, parameters).fetchall()
    return rows


def execute(connection: Connection, sql: str, parameters: Parameters = ()) -> None:
    """Run a statement that answers nothing. Inside `travelling_together` its error comes at the end of the block."""
    with _as_sqlalchemy_raises(connection, sql):
        _execute(connection, sql, parameters)


@contextmanager
def travelling_together(connection: Connection) -> Iterator[None]:
    """Send the statements of the block without waiting for each answer; the first error is raised at the end.

    Only PostgreSQL has such a mode; on SQLite a statement is done when it returns. An inner block is part of it.
    """
    if connection.dialect.name != "postgresql" or connection.info.get(_TRAVELLING):
        yield
        return
    raw: Any = connection.connection.driver_connection
    connection.info[_TRAVELLING] = True
    try:
        with _as_sqlalchemy_raises(connection, None), raw.pipeline():
            yield
    finally:
        if not connection.invalidated:
            connection.info[_TRAVELLING] = False


def _execute(connection: Connection, sql: str, parameters: Parameters) -> Any:
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql":
        return raw.execute(sql, parameters)
    cursor = connection.dialect.loaded_dbapi.RawCursor(raw)  # takes $1, as we compile
    return cursor.execute(sql, parameters, prepare=connection.info[PREPARES])


@contextmanager
def _as_sqlalchemy_raises(connection: Connection, sql: str | None) -> Iterator[None]:
    """Raise the driver's error as SQLAlchemy would, so that callers know one kind of each."""
    try:
        yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, sql, error) from error


def _translated(connection: Connection, sql: str | None, error: Exception) -> BaseException:
    lost = connection.invalidated
    if not lost:
        raw: Any = connection.connection.driver_connection
        lost = connection.dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]
        if lost:
            connection.invalidate(error)
    base: Any = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=connection.dialect
    )
