"""Statements that the driver is given fail as if SQLAlchemy had run them, and leave a clean connection behind."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from database.bulk import insert_rows
from database.driver import execute, fetch_rows, travelling_together
from database.engine import Outage, open_database
from database.transactions import apart, booking, reading, writing
from ledger.tables import currency
from tests.database.pooler import pooler

LARGE = 6_000_000  # bytes: more than any socket takes at once


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Engine]:
    """PostgreSQL, with the product's tables."""
    engine = open_database(postgresql_url, durable=False)
    yield engine
    engine.dispose()


def test_a_part_that_fails_takes_back_only_itself(engine: Engine) -> None:
    """Also where the statement that failed was sent together with others."""
    with booking(engine) as conn:
        _add(conn, "AAA")
        with pytest.raises(IntegrityError), apart(conn), travelling_together(conn):  # noqa: PT012
            _add(conn, "BBB")
            _add(conn, "AAA")
        _add(conn, "CCC")

    assert _kept(engine) == ["AAA", "CCC"]


def test_the_error_of_statements_that_travel_together_comes_at_the_end_at_the_latest(engine: Engine) -> None:
    """And the next transaction on the same connection knows nothing of it."""
    with pytest.raises(IntegrityError), booking(engine) as conn, travelling_together(conn):  # noqa: PT012
        _add(conn, "AAA")
        _add(conn, "AAA")
    with booking(engine) as conn:
        _add(conn, "BBB")

    assert _kept(engine) == ["BBB"]


def test_a_question_among_statements_that_travel_together_sees_them(engine: Engine) -> None:
    """Its rows are waited for; the statements before it are done by then."""
    with booking(engine) as conn:
        with travelling_together(conn):
            _add(conn, "AAA")
            assert fetch_rows(conn, "SELECT code FROM currency") == [("AAA",)]
            _add(conn, "BBB")
        assert _codes(conn) == ["AAA", "BBB"]


def test_a_transaction_that_is_taken_back_takes_all_of_it_back(postgresql: Engine) -> None:
    """The connection goes on clean: no reset of the pool has to mend it."""
    with pytest.raises(ZeroDivisionError), booking(postgresql) as conn, travelling_together(conn):  # noqa: PT012
        server = fetch_rows(conn, "SELECT pg_backend_pid()")
        _add(conn, "AAA")
        raise ZeroDivisionError
    with booking(postgresql) as conn:
        assert fetch_rows(conn, "SELECT pg_backend_pid()") == server
        _add(conn, "BBB")

    assert _kept(postgresql) == ["BBB"]


def test_statements_larger_than_a_socket_arrive_whole(postgresql: Engine) -> None:
    """Neither side waits for the other for ever."""
    with booking(postgresql) as conn:
        conn.exec_driver_sql("CREATE TEMPORARY TABLE large (letter text)")
        with travelling_together(conn):
            for letter in "abc":
                execute(conn, "INSERT INTO large VALUES ($1)", [letter * LARGE])
        lengths = fetch_rows(conn, "SELECT length(letter) FROM large ORDER BY letter")

    assert lengths == [(LARGE,)] * 3


def test_bytes_and_nothing_travel_as_they_are(postgresql: Engine) -> None:
    """No text is made of them on their way."""
    values = [b"\x00\xff'\\", b"", bytes(range(256))]
    with booking(postgresql) as conn:
        rows = fetch_rows(conn, "SELECT $1::bytea[], $2::text IS NULL", [values, None])

    assert rows == [(values, True)]


def test_the_first_failure_is_the_one_that_is_raised(postgresql: Engine) -> None:
    """Not that the statements after it were left undone."""
    with pytest.raises(DBAPIError, match="division by zero"), booking(postgresql) as conn, travelling_together(conn):  # noqa: PT012
        execute(conn, "SELECT 1 / 0")
        execute(conn, "SELECT nobody_knows_me")


def test_a_statement_without_rows_has_none_to_read(postgresql: Engine) -> None:
    """Our mistake, and no outage that would pass."""
    with booking(postgresql) as conn, pytest.raises(ProgrammingError):
        fetch_rows(conn, "SET LOCAL work_mem = '4MB'")


def test_a_statement_whose_table_has_changed_is_prepared_anew(postgresql: Engine, postgresql_url: str) -> None:
    """It may fail once, as its plan no longer fits; it must not fail for ever."""
    elsewhere = open_database(postgresql_url, durable=False)
    with writing(elsewhere) as conn:
        conn.exec_driver_sql("CREATE TABLE changing (n integer)")
    with booking(postgresql) as conn:
        fetch_rows(conn, "SELECT n FROM changing")
    with writing(elsewhere) as conn:
        conn.exec_driver_sql("ALTER TABLE changing ALTER n TYPE bigint")
    with pytest.raises(DBAPIError, match="result type"), booking(postgresql) as conn:
        fetch_rows(conn, "SELECT n FROM changing")
    with booking(postgresql) as conn:
        assert fetch_rows(conn, "SELECT n FROM changing") == []
    elsewhere.dispose()


LOSSES: dict[str, Callable[[Connection], object]] = {
    "written": lambda conn: _add(conn, "AAA"),
    "written together": lambda conn: _add_together(conn, "AAA"),
    "asked": lambda conn: fetch_rows(conn, "SELECT 1"),
    "by sqlalchemy": lambda conn: conn.exec_driver_sql("SELECT 1").all(),
}


@pytest.mark.parametrize("way", LOSSES)
@pytest.mark.parametrize("transaction", [booking, writing], ids=lambda one: one.__name__)
def test_a_connection_that_is_lost_is_an_outage(
    postgresql_url: str, transaction: Callable[..., object], way: str
) -> None:
    """Whichever way it is noticed: it will pass, and nothing is wrong with what was to be written."""
    engine = open_database(postgresql_url, durable=False)
    with pytest.raises(Outage), transaction(engine) as conn:  # type: ignore[attr-defined]  # noqa: PT012
        lost = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        _end(engine, lost)
        LOSSES[way](conn)
    with booking(engine) as conn:
        _add(conn, "BBB")

    assert _kept(engine) == ["BBB"]
    engine.dispose()


def test_statements_are_prepared_where_they_lead_to_one_server(postgresql_url: str) -> None:
    """Only those that the books are kept with."""
    assert _prepared(postgresql_url) == 1


def test_nothing_is_prepared_behind_a_pooler(postgresql_url: str) -> None:
    """Its next transaction may be another server's (docs/decisions/0009)."""
    with pooler(postgresql_url) as between:
        assert _prepared(between) == 0


def _prepared(url: str) -> int:
    """How many statements the server has prepared for a connection after some gifts."""
    engine = open_database(url, durable=False)
    for code in ("AAA", "BBB", "CCC"):
        with booking(engine) as conn:
            _add(conn, code)
    with reading(engine) as conn:
        found = conn.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT%%'")
        prepared = int(found.scalar_one())
    engine.dispose()
    return prepared


def _end(engine: Engine, backend: int) -> None:
    with reading(engine) as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:backend, 5000)"), {"backend": backend})


def _add(conn: Connection, code: str) -> None:
    insert_rows(conn, currency, [{"code": code, "exponent": 2}])


def _add_together(conn: Connection, code: str) -> None:
    with travelling_together(conn):
        _add(conn, code)


def _codes(conn: Connection) -> list[str]:
    return sorted(conn.scalars(sa.select(currency.c.code)))


def _kept(engine: Engine) -> list[str]:
    with reading(engine) as conn:
        return _codes(conn)
