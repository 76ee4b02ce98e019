"""Our own pipeline keeps count: every answer reaches who asked, and what fails leaves nothing behind."""

import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, ProgrammingError

from database.driver import ask, send
from database.engine import Outage, open_database
from database.transactions import apart, booking, reading, writing

LARGE = 6_000_000  # bytes: more than any socket takes at once


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    """PostgreSQL, with the tables of a house."""
    engine = open_database(postgresql_url, durable=False)
    yield engine
    engine.dispose()


def test_each_question_has_its_own_answer_whatever_is_read_first(engine: Engine) -> None:
    """Also one that is read twice, one that has no rows, and one that was asked before."""
    with booking(engine) as conn:
        one, none, three = ask(conn, "SELECT 1"), ask(conn, "SELECT 2 WHERE false"), ask(conn, "SELECT $1", ["three"])
        again = ask(conn, "SELECT $1", ["again"])

        assert three.rows() == [("three",)]
        assert one.rows() == [(1,)]
        assert one.rows() == [(1,)]
        assert none.rows() == []
        assert again.rows() == [("again",)]


def test_what_no_socket_takes_at_once_arrives_whole(engine: Engine) -> None:
    """With answers as large on their way back, neither side waits for the other for ever."""
    given = [letter * LARGE for letter in "abc"]
    with booking(engine) as conn:
        before = [ask(conn, "SELECT repeat('x', $1::integer)", [LARGE]) for _ in given]
        echoes = [ask(conn, "SELECT $1::text", [one]) for one in given]

        assert [echo.rows() for echo in echoes] == [[(one,)] for one in given]
        assert [len(one.rows()[0][0]) for one in before] == [LARGE] * 3


def test_bytes_and_nothing_travel_as_they_are(engine: Engine) -> None:
    """No text is made of them on their way."""
    given = [b"\x00\xff'\\", b"", bytes(range(256))]
    with booking(engine) as conn:
        found = ask(conn, "SELECT $1::bytea[], $2::text IS NULL", [given, None]).rows()

    assert found == [(given, True)]


def test_what_an_earlier_failure_kept_from_being_prepared_is_prepared_later(engine: Engine) -> None:
    """On the same connection: nobody believes the server to know what it never saw."""
    with pytest.raises(DBAPIError), booking(engine) as conn:  # noqa: PT012 - an end of it may be the one that fails
        server = ask(conn, "SELECT pg_backend_pid()").rows()
        send(conn, "SELECT 1 / 0")
        ask(conn, "SELECT 'new'")
    with booking(engine) as conn:
        assert ask(conn, "SELECT 'new'").rows() == [("new",)]
        assert ask(conn, "SELECT pg_backend_pid()").rows() == server


def test_what_is_prepared_behind_a_savepoint_stays(engine: Engine) -> None:
    """The server does not take it back, and neither do we."""
    with booking(engine) as conn:
        with pytest.raises(KeyError), apart(conn):  # noqa: PT012 - an end of it may be the one that fails
            ask(conn, "SELECT 'inner'").rows()
            raise KeyError("taken back")
        assert ask(conn, "SELECT 'inner'").rows() == [("inner",)]
    with reading(engine) as conn:
        prepared = conn.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%inner%%'")
        assert prepared.scalar_one() == 1


def test_the_first_failure_is_the_one_that_is_told(engine: Engine) -> None:
    """Not that what came after it was left undone."""
    with pytest.raises(DBAPIError, match="division by zero"), booking(engine) as conn:  # noqa: PT012
        send(conn, "SELECT 1 / 0")
        send(conn, "SELECT nobody_knows_me")
        ask(conn, "SELECT 1").rows()


def test_a_statement_without_rows_has_none_to_read(engine: Engine) -> None:
    """Our mistake, and no outage that would pass."""
    with booking(engine) as conn, pytest.raises(ProgrammingError):
        ask(conn, "SET LOCAL work_mem = '4MB'").rows()


def test_who_lost_count_closes_the_connection(engine: Engine) -> None:
    """An answer that somebody else took must not shift all that follow: an outage, and a new connection after it."""
    with pytest.raises(Outage), booking(engine) as conn:  # noqa: PT012 - what is asked next may be what fails
        lost = ask(conn, "SELECT pg_backend_pid()").rows()
        ask(conn, "SELECT 1")
        raw = conn.connection.driver_connection
        assert raw is not None
        while raw.pgconn.get_result() is not None:
            pass
        ask(conn, "SELECT 2").rows()
    with booking(engine) as conn:
        assert ask(conn, "SELECT pg_backend_pid()").rows() != lost


def test_an_interrupt_while_an_answer_is_waited_for_stays_one(engine: Engine) -> None:
    """It is no trouble with the database; and the connection, whose count is lost, is not used again."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt), booking(engine) as conn:  # noqa: PT012 - interrupted while it waits
            lost = ask(conn, "SELECT pg_backend_pid()").rows()
            send(conn, "SELECT pg_sleep(0)")
            ask(conn, "SELECT pg_sleep(20)").rows()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with booking(engine) as conn:
        assert ask(conn, "SELECT pg_backend_pid()").rows() != lost


def test_a_statement_whose_table_has_changed_is_prepared_anew(engine: Engine) -> None:
    """It fails once, as its plan no longer fits; the connection lives on, and must not fail with it for ever."""
    with writing(engine) as conn:
        conn.exec_driver_sql("CREATE TABLE changing (n integer)")
    with booking(engine) as conn:
        server = ask(conn, "SELECT pg_backend_pid()").rows()
        ask(conn, "SELECT n FROM changing").rows()
    with writing(engine) as conn:
        conn.exec_driver_sql("ALTER TABLE changing ALTER n TYPE bigint")
    with pytest.raises(DBAPIError, match="result type"), booking(engine) as conn:
        ask(conn, "SELECT n FROM changing").rows()
    with booking(engine) as conn:
        assert ask(conn, "SELECT n FROM changing").rows() == []
        assert ask(conn, "SELECT pg_backend_pid()").rows() == server
