"""Stop whoever writes to a SQLite file before one of their statements, as a power cut would."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event


class _Cut:
    """Counts statements, those given to the driver itself and COMMIT among them, and stops one of them."""

    def __init__(self, at: int | str) -> None:
        self._at, self._executed, self._now = at, 0, False

    def begin(self, connection: Connection) -> None:
        """Watch a connection that begins a transaction."""
        sqlite = connection.connection.driver_connection
        assert sqlite is not None
        sqlite.set_trace_callback(self._count)
        sqlite.set_progress_handler(self._stops, 1)

    def end(self) -> None:
        """Stop nothing more."""
        self._at = self._now = False

    def _count(self, sql: str) -> None:
        self._executed += 1
        by_name = isinstance(self._at, str) and sql.startswith(self._at)
        self._now = self._now or by_name or (type(self._at) is int and self._executed == self._at)

    def _stops(self) -> bool:
        return self._now


@contextmanager
def cut_at(engine: Engine, at: int | str) -> Iterator[None]:
    """Every statement from this one on fails: counted from 1, or the first that begins so."""
    cut = _Cut(at)
    event.listen(engine, "begin", cut.begin)
    try:
        yield
    finally:
        cut.end()
        event.remove(engine, "begin", cut.begin)
