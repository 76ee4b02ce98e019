"""Statements given to the driver itself, for the webhook's way.

SQLAlchemy's result objects cost a tenth of a batch; and on PostgreSQL, while the books are kept, not every answer
is waited for. What is sent travels as a pipeline: an answer is waited for when a question's rows are read, when anybody
asks through SQLAlchemy, and before a savepoint or the end of the transaction. An error of a statement that was
sent comes at that moment. docs/performance.md has the figures.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

Parameters = Sequence[Any]

PIPELINED = "farthing_pipelined"  # the execution option of a connection whose statements may travel together
MEANWHILE = "farthing_meanwhile"  # the option that says what to do while the commit is on its way
LINE = "farthing_line"  # where a connection to PostgreSQL has its `database.pipeline.Line`
_OPEN = "farthing_pipeline"  # where a driver's connection keeps its open pipeline


class Question:
    """A question that was sent; on PostgreSQL its rows are waited for when they are read."""

    def __init__(self, connection: Connection, sql: str, fetch: Callable[[], list[tuple[Any, ...]]]) -> None:
        self._connection, self._sql, self._fetch = connection, sql, fetch

    def rows(self) -> list[tuple[Any, ...]]:
        """Every row, as the driver gives it."""
        try:
            return self._fetch()
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise _translated(self._connection, self._sql, error) from error


def ask(connection: Connection, sql: str, parameters: Parameters = ()) -> Question:
    """Send a question; several may be on their way at once, and the answer does not wait for what is sent later."""
    try:
        if pipeline := _pipeline(connection):
            return Question(connection, sql, pipeline.send(sql, parameters, at_once=True).rows)
        # What is left unread on SQLite is a statement in progress, which no savepoint can be opened beside.
        found: list[tuple[Any, ...]] = _cursor(connection).execute(sql, parameters).fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, sql, error) from error
    return Question(connection, sql, lambda: found)


def send(connection: Connection, sql: str, parameters: Parameters = ()) -> None:
    """Send a statement that returns nothing."""
    try:
        if pipeline := _pipeline(connection):
            pipeline.send(sql, parameters)
        else:
            _cursor(connection).execute(sql, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, sql, error) from error


def _pipeline(connection: Connection) -> Any:
    """The open pipeline of a connection whose statements may travel together, opened if need be; of another, None."""
    pipeline = connection.info.get(_OPEN)
    if pipeline is None and connection.get_execution_options().get(PIPELINED):
        connection.info[_OPEN] = pipeline = connection.info[LINE].pipeline()
    return pipeline


def _cursor(connection: Connection) -> Any:
    raw: Any = connection.info.get(LINE) or connection.connection.driver_connection
    return raw.cursor()


def _translated(connection: Connection, sql: str | None, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy would raise it, so that callers know one kind of each."""
    lost = connection.invalidated
    if not lost:
        raw: Any = connection.connection.driver_connection
        lost = connection.dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]
        if lost:
            connection.invalidate(error)
    base = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=connection.dialect
    )


def finish(connection: Connection) -> None:
    """Wait until all that was sent is answered; raises what failed. Nothing, where no pipeline is open."""
    if connection.invalidated:  # the connection is lost, and its pipeline with it
        return
    pipeline = connection.info.pop(_OPEN, None)
    if pipeline is None:
        return
    try:
        pipeline.close()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, None, error) from error


def watch_pipelines(engine: Engine) -> None:
    """Let whatever else is done on this engine's connections wait for the open pipeline first."""

    def wait(connection: Connection, *_: Any) -> None:
        finish(connection)

    def abandon(connection: Connection, *_: Any) -> None:
        with suppress(DBAPIError):  # whatever it was, it is being taken back
            finish(connection)

    def conclude(connection: Connection) -> None:
        if connection.invalidated or _OPEN not in connection.info:
            return
        try:
            # With all the rest: SQLAlchemy's own COMMIT, which then finds nothing to do, would be a second wait.
            send(connection, "COMMIT")
            connection.get_execution_options()[MEANWHILE]()
        except BaseException:
            abandon(connection)  # SQLAlchemy takes a commit that failed for the end, and tells of no rollback
            raise
        finish(connection)

    event.listen(engine, "commit", conclude)
    for moment in ("before_cursor_execute", "savepoint", "release_savepoint"):
        event.listen(engine, moment, wait)
    for moment in ("rollback", "rollback_savepoint"):
        event.listen(engine, moment, abandon)
