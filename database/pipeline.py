"""Statements that travel together over one connection of psycopg, and their answers in the same order.

They are given to libpq itself, by psycopg's own binding of it: in a pipeline a statement costs psycopg's cursors
54 µs of the writer's time, and so 4; a batch of gifts has two dozen (docs/decisions/0011).
"""

from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any

from psycopg import Connection, Error, OperationalError, ProgrammingError, RawCursor
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"  # as `database.engine` wants every transaction


# The plan of a statement fits its table no more, or the server does not know the name: preparing anew mends both.
_GONE_BAD = ("0A000", "26000")


class Line:
    """A connection as our own statements use it: their parameters are numbered, and it may prepare them.

    `prepared` has the names that the server knows statements by; None, where a pooler may change the server.
    """

    def __init__(self, raw: Connection[Any], *, direct: bool) -> None:
        """`direct`: it leads to the same server process all its life, which will know what it has prepared."""
        self._raw, self._numbers = raw, count()
        self.prepared: dict[str, bytes] | None = {} if direct else None

    def cursor(self) -> RawCursor[Any]:
        """For a statement that travels alone."""
        return RawCursor(self._raw)

    def pipeline(self) -> "Pipeline":
        """Open a pipeline, with a transaction where none is open; nothing else may use the connection until it ends."""
        return Pipeline(self._raw, self)

    def new_name(self) -> bytes:
        """A name that no statement on this connection ever had."""
        return b"farthing_%d" % next(self._numbers)


class Answer:
    """What one statement is answered, once that has come."""

    def __init__(self, pipeline: "Pipeline", prepares: str | None = None) -> None:
        self._pipeline = pipeline
        self.prepares = prepares
        self.result: PGresult | None = None

    def rows(self) -> list[tuple[Any, ...]]:
        """Every row; waits until they have come. Raises what failed, this statement or one before it."""
        return self._pipeline.rows(self)


class Pipeline:
    """Statements on their way. What fails takes all that was sent after it along, and says so when it is waited for."""

    def __init__(self, raw: Connection[Any], line: Line) -> None:
        self._raw, self._pq, self._line = raw, raw.pgconn, line
        self._values = Transformer.from_context(raw)
        self._awaited: deque[Answer] = deque()
        self._failure: Error | None = None
        begun = self._pq.transaction_status != TransactionStatus.IDLE
        self._pq.enter_pipeline_mode()
        if not begun:
            self.send(_BEGIN)

    def send(self, sql: str, parameters: Sequence[Any] = (), *, at_once: bool = False) -> Answer:
        """Send a statement as far as the socket takes it; with `at_once` its answer waits for nothing sent later."""
        # A list is one of bytes, which as text would be spelt out.
        wanted = [PyFormat.BINARY if isinstance(one, list) else PyFormat.TEXT for one in parameters]
        values = self._values.dump_sequence(parameters, wanted) if parameters else None
        formats = self._values.formats if parameters else None
        if self._line.prepared is None:
            self._pq.send_query_params(sql.encode(), values, param_formats=formats)
        else:
            self._pq.send_query_prepared(self._prepare(sql, self._line.prepared), values, formats)
        self._awaited.append(answer := Answer(self))
        if at_once:
            self._pq.send_flush_request()
        self._pq.flush()
        return answer

    def _prepare(self, sql: str, prepared: dict[str, bytes]) -> bytes:
        """The name by which the server knows a statement, or will when it comes to it."""
        if sql not in prepared:
            name = self._line.new_name()
            self._pq.send_prepare(name, sql.encode())
            prepared[sql] = name
            self._awaited.append(Answer(self, sql))
        return prepared[sql]

    def rows(self, answer: Answer) -> list[tuple[Any, ...]]:
        """The rows of an answer, waited for with all before it."""
        while answer.result is None:
            self._receive()
        if answer.result.status != ExecStatus.TUPLES_OK:
            raise self._failure or ProgrammingError("the statement returns no rows")
        self._values.set_pgresult(answer.result)
        return self._values.load_rows(0, answer.result.ntuples, tuple)

    def close(self) -> None:
        """Wait for every answer, and give the connection back to psycopg; raises the first thing that failed."""
        self._pq.pipeline_sync()
        self._awaited.append(Answer(self))
        while self._awaited:
            self._receive()
        self._pq.exit_pipeline_mode()
        if self._failure:
            raise self._failure

    def _receive(self) -> None:
        result = self._next()
        answer = self._awaited.popleft()
        answer.result = result
        if result.status == ExecStatus.FATAL_ERROR:
            self._fail(error_from_result(result))
        if answer.prepares and result.status != ExecStatus.COMMAND_OK and self._line.prepared:
            self._line.prepared.pop(answer.prepares, None)

    def _next(self) -> PGresult:
        try:
            self._raw.wait(send(self._pq))
            found: list[PGresult] = self._raw.wait(fetch_many(self._pq))
            if not found:
                raise OperationalError("the connection was lost")
        except BaseException:
            # Also when somebody interrupts: nobody knows any more which answer comes next.
            self._raw.close()
            raise
        return found[0]

    def _fail(self, error: Error) -> None:
        self._failure = self._failure or error
        if error.sqlstate in _GONE_BAD and self._line.prepared:
            self._line.prepared.clear()
