"""What is sent and not waited for fails as if it had been, and leaves a clean connection behind."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from database.bulk import insert_rows
from database.driver import ask
from database.engine import Outage, open_database
from database.transactions import apart, booking, reading, writing
from ledger.tables import currency
from tests.database.pooler import pooler


def test_a_part_that_fails_takes_back_only_itself(engine: Engine) -> None:
    """Also where the statement that failed was the last one, and was only sent."""
    with booking(engine) as conn:
        _add(conn, "AAA")
        with pytest.raises(IntegrityError), apart(conn):  # noqa: PT012 - an end of it may be the one that fails
            _add(conn, "BBB")
            _add(conn, "AAA")
        _add(conn, "CCC")

    assert _kept(engine) == ["AAA", "CCC"]


def test_what_failed_comes_at_the_end_at_the_latest(engine: Engine) -> None:
    """And the next transaction on the same connection knows nothing of it."""
    with pytest.raises(IntegrityError), booking(engine) as conn:  # noqa: PT012 - an end of it may be the one that fails
        _add(conn, "AAA")
        _add(conn, "AAA")
    with booking(engine) as conn:
        _add(conn, "BBB")

    assert _kept(engine) == ["BBB"]


def test_a_question_that_nobody_reads_is_in_nobodys_way(engine: Engine) -> None:
    """Whoever asked may have failed before it came to that: what follows begins clean."""
    with booking(engine) as conn:
        unread = ask(conn, "INSERT INTO currency (code, exponent) VALUES ('AAA', 2) RETURNING code")
        with apart(conn):
            _add(conn, "BBB")
        assert unread.rows() == [("AAA",)]

    assert _kept(engine) == ["AAA", "BBB"]


def test_there_is_something_to_do_while_the_commit_travels(postgresql_url: str) -> None:
    """Once everything is sent, and not when it is taken back."""
    engine, did = open_database(postgresql_url, durable=False), list[int]()
    with booking(engine, lambda: did.append(1)) as conn:
        _add(conn, "AAA")
        assert not did
    assert did == [1]

    with pytest.raises(RuntimeError), booking(engine, lambda: did.append(2)) as conn:  # noqa: PT012
        _add(conn, "BBB")
        raise RuntimeError("taken back")
    assert did == [1]
    assert _kept(engine) == ["AAA"]
    engine.dispose()


@pytest.mark.parametrize("ending", ["something else to do", "what was sent last"])
def test_a_commit_that_fails_leaves_a_clean_connection(postgresql_url: str, ending: str) -> None:
    """The same one goes on, with a question that the driver is asked; no reset of the pool has to mend it."""
    engine = open_database(postgresql_url, durable=False)
    meanwhile = (lambda: 1 // 0) if ending == "something else to do" else (lambda: None)
    with pytest.raises((ZeroDivisionError, IntegrityError)), booking(engine, meanwhile) as conn:  # noqa: PT012
        before = ask(conn, "SELECT pg_backend_pid()").rows()
        _add(conn, "AAA")
        if ending == "what was sent last":
            _add(conn, "AAA")
    with reading(engine) as conn:
        assert ask(conn, "SELECT pg_backend_pid()").rows() == before
        assert "farthing_pipeline" not in conn.info

    # Whether the commit came through before something else failed, nobody knows; who tells again finds out.
    assert _kept(engine) == (["AAA"] if ending == "something else to do" else [])
    engine.dispose()


LOSSES: dict[str, Callable[[Connection], object]] = {
    "sent": lambda conn: _add(conn, "AAA"),
    "asked": lambda conn: ask(conn, "SELECT 1").rows(),
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


def _kept(engine: Engine) -> list[str]:
    with reading(engine) as conn:
        return sorted(conn.scalars(sa.select(currency.c.code)))
