"""Three ways into the database: read, write, and keep the books (one at a time)."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection, Engine

from database.driver import fetch_rows

BOOKS_LOCK = 0x0FA27419  # any fixed number that no other program on this database uses
LONGEST_HOLD = "60s"
# A process that stopped while it holds the books must not hold up Stripe's messages: a delivery that waits longer
# is answered 503, and a transaction that holds the lock too long is cut off. Local to the transaction, so PgBouncer
# does not matter. The whole transaction's time can be limited only since version 17.
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
    with engine.connect() as connection:
        connection = connection.execution_options(farthing_begin="immediate")
        with connection.begin():
            yield connection


@contextmanager
def booking(engine: Engine) -> Iterator[Connection]:
    """The one writer of books: facts, entries, totals and receipt numbers are written in here.

    Two writers at once would each miss the other's half of a join (a charge here, its link there). On PostgreSQL an
    advisory lock, held by the transaction, keeps a second process waiting.
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            fetch_rows(connection, _TAKE_THE_BOOKS)
        yield connection


@contextmanager
def apart(connection: Connection) -> Iterator[None]:
    """A part of a transaction that may fail by itself: behind a savepoint."""
    with connection.begin_nested():
        yield
