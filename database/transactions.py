"""Three ways into the database: read, write, and keep the books (one at a time)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection, Engine

from database.driver import MEANWHILE, PIPELINED, finish, send

BOOKS_LOCK = 0x0FA27419  # any fixed number that no other program on this database uses
LONGEST_HOLD = "60s"
# A process that stopped with the books in its hands must not hold up Stripe's messages for ever: who waits
# longer answers 503, and who holds them too long is cut off. Local to the transaction, so PgBouncer is no matter.
# Idleness alone is not measured while a pipeline is open, and the whole transaction's time only since 17.
_TAKE_THE_BOOKS = (
    "SELECT set_config('lock_timeout', '5s', true), set_config('statement_timeout', '30s', true),"
    " set_config('idle_in_transaction_session_timeout', '30s', true),"
    " CASE WHEN current_setting('server_version_num')::integer >= 170000"
    f" THEN set_config('transaction_timeout', '{LONGEST_HOLD}', true) END,"
    " set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    f" set_config('enable_mergejoin', 'off', true), pg_advisory_xact_lock({BOOKS_LOCK})"
)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads; it never waits for a writer."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes anything but the books; on SQLite it takes the write lock at once."""
    with _begun(engine, {}) as connection:
        yield connection


@contextmanager
def booking(engine: Engine, meanwhile: Callable[[], object] = lambda: None) -> Iterator[Connection]:
    """The one writer of books: facts, entries, totals and receipt numbers are written in here.

    Two writers at once would each miss the other's half of a join (a charge here, its link there).
    On PostgreSQL an advisory lock, held by the transaction, keeps a second process waiting, and `meanwhile` is
    called while the server commits, if it still has anything to do then. It must not touch the transaction, whose
    outcome nobody knows.
    """
    travelling = engine.dialect.name == "postgresql"
    with _begun(engine, {PIPELINED: True, MEANWHILE: meanwhile} if travelling else {}) as connection:
        if travelling:
            send(connection, _TAKE_THE_BOOKS)
        yield connection


@contextmanager
def _begun(engine: Engine, options: dict[str, object]) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection = connection.execution_options(farthing_begin="immediate", **options)
        with connection.begin():
            yield connection


@contextmanager
def apart(connection: Connection) -> Iterator[None]:
    """A part of a transaction that may fail by itself: behind a savepoint, and answered before that is released.

    An error that came with the release could no longer be rolled back to the savepoint, and would take the
    whole transaction with it.
    """
    with connection.begin_nested():
        yield
        finish(connection)
