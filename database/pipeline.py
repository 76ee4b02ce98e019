"""Statements that travel together over one connection of psycopg, and their answers in the same order.

They are given to libpq itself, by psycopg's own binding of it: in a pipeline a statement costs psycopg's cursors
54 µs of the writer's time, and so 4; a batch of gifts has two dozen (docs/decisions/0011).
"""

from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any

_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"  # as `database.engine` wants every transaction


# The plan of a statement fits its table no more, or the server does not know the name: preparing anew mends both.
_GONE_BAD = ("0A000", "26000")


class Line:
    """A connection as our own statements use it: their parameters are numbered, and it may prepare them.

    `prepared` has the names that the server knows statements by; None, where a pooler may change the server.
    """

    def __init__(self, psycopg: Any, raw: Any, *, direct: bool) -> None:
        """`psycopg` is the driver, as loaded where there is a PostgreSQL: a house on SQLite does without it.

        `direct`: the connection leads to the same server process all its life, which will know what it has prepared.
        """
        self.psycopg, self._raw, self._numbers = psycopg, raw, count()
        self.prepared: dict[str, bytes] | None = {} if direct else None

    def cursor(self) -> Any:
        """For a statement that travels alone."""
        return self.psycopg.RawCursor(self._raw)

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
        self.result: Any = None

    def rows(self) -> list[tuple[Any, ...]]:
        """Every row; waits until they have come. Raises what failed, this statement or one before it."""
        return self._pipeline.rows(self)


class Pipeline:
    """Statements on their way. What fails takes all that was sent after it along, and says so when it is waited for."""

    def __init__(self, raw: Any, line: Line) -> None:
        self._raw, self._pq, self._line, self._psycopg = raw, raw.pgconn, line, line.psycopg
        self._status = self._psycopg.pq.ExecStatus
        self._values = self._psycopg.adapt.Transformer.from_context(raw)
        self._awaited: deque[Answer] = deque()
        self._failure: Exception | None = None
        begun = self._pq.transaction_status != self._psycopg.pq.TransactionStatus.IDLE
        self._pq.enter_pipeline_mode()
        if not begun:
            self.send(_BEGIN)

    def send(self, sql: str, parameters: Sequence[Any] = (), *, at_once: bool = False) -> Answer:
        """Send a statement as far as the socket takes it; with `at_once` its answer waits for nothing sent later."""
        # A list is one of bytes, which as text would be spelt out.
        spelling = self._psycopg.adapt.PyFormat
        wanted = [spelling.BINARY if isinstance(one, list) else spelling.TEXT for one in parameters]
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
        if answer.result.status != self._status.TUPLES_OK:
            raise self._failure or self._psycopg.ProgrammingError("the statement returns no rows")
        self._values.set_pgresult(answer.result)
        rows: list[tuple[Any, ...]] = self._values.load_rows(0, answer.result.ntuples, tuple)
        return rows

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
        if result.status == self._status.FATAL_ERROR:
            self._fail(self._psycopg.errors.error_from_result(result))
        if answer.prepares and result.status != self._status.COMMAND_OK and self._line.prepared:
            self._line.prepared.pop(answer.prepares, None)

    def _next(self) -> Any:
        traffic = self._psycopg.generators
        try:
            self._raw.wait(traffic.send(self._pq))
            found = self._raw.wait(traffic.fetch_many(self._pq))
            if not found:
                raise self._psycopg.OperationalError("the connection was lost")
        except BaseException:
            # Also when somebody interrupts: nobody knows any more which answer comes next.
            self._raw.close()
            raise
        return found[0]

    def _fail(self, error: Any) -> None:
        self._failure = self._failure or error
        if error.sqlstate in _GONE_BAD and self._line.prepared:
            self._line.prepared.clear()
