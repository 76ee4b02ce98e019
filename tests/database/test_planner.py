"""What our questions need of PostgreSQL holds whatever the server's defaults are, directly and behind a pooler."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from database.engine import POOL_OVERFLOW, POOL_SIZE, open_database
from database.questions import among
from database.transactions import booking, booking_if_free, reading, writing
from tests.database.pooler import pooler

NEEDED = {
    "jit": "off",
    "enable_nestloop": "on",
    "enable_indexscan": "on",
    "enable_indexonlyscan": "on",
    "enable_bitmapscan": "on",
    "plan_cache_mode": "auto",
}
OTHERWISE = {"jit": "on", "plan_cache_mode": "force_generic_plan"}  # and "off" for what must be on
MOST_CONNECTIONS = 100 - 3  # PostgreSQL's defaults: max_connections, less those reserved for superusers


@pytest.fixture(params=["direct", "pooled"])
def contrary(request: pytest.FixtureRequest, postgresql_url: str) -> Iterator[Engine]:
    """A database whose administrator has set everything otherwise."""
    administrator = open_database(postgresql_url, durable=False)
    name = sa.make_url(postgresql_url).database
    with writing(administrator) as conn:
        for setting in NEEDED:
            conn.exec_driver_sql(f"ALTER DATABASE {name} SET {setting} = '{OTHERWISE.get(setting, 'off')}'")
    administrator.dispose()
    if request.param == "direct":
        yield from _opened(postgresql_url)
    else:
        with pooler(postgresql_url) as address:
            yield from _opened(address)


def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url, durable=False)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("transaction", [reading, writing, booking])
def test_the_planner_is_told_in_every_transaction(contrary: Engine, transaction: object) -> None:
    """On Debian's PostgreSQL 15 just-in-time compilation made a webhook's batch take twice its time."""
    for _ in range(2):
        with transaction(contrary) as conn:  # type: ignore[operator]
            assert settings_of(conn) == NEEDED


def test_many_values_are_taken_apart_once_and_not_for_each_row(postgresql_url: str) -> None:
    """Of 2,000 values and 200,000 rows without an index that took a minute and a half."""
    engine = open_database(postgresql_url, durable=False)
    with reading(engine) as conn:
        conn.exec_driver_sql("CREATE TEMPORARY TABLE piece (name text)")
        piece = sa.table("piece", sa.column("name", sa.Text))
        question = sa.select(piece.c.name).where(among(conn, piece.c.name, ["a", "b"]))
        asked = question.compile(conn)
        plan = "\n".join(row[0] for row in conn.exec_driver_sql(f"EXPLAIN {asked}", asked.params))
    engine.dispose()
    assert "= ANY ('{a,b}'::text[])" in plan


def test_only_one_process_has_the_books_and_nobody_waits_to_try(postgresql_url: str) -> None:
    """The second is told that they are taken, and can write what needs no lock."""
    engine = open_database(postgresql_url, durable=False)
    with booking_if_free(engine) as (_, first), booking_if_free(engine) as (_, second):
        assert (first, second) == (True, False)
    with booking_if_free(engine) as (_, again):
        assert again
    engine.dispose()


def test_four_webs_and_two_workers_fit_into_what_postgresql_allows() -> None:
    """A web with its writer, and a worker: the latter two use one or two connections each."""
    assert 4 * (POOL_SIZE + POOL_OVERFLOW + 2) + 2 * 2 <= MOST_CONNECTIONS


def test_a_web_opens_no_more_connections_than_its_share(postgresql_url: str) -> None:
    """Twice as many threads as connections: all are served, none by a connection more."""
    engine, share = open_database(postgresql_url, durable=False), POOL_SIZE + POOL_OVERFLOW
    meeting = Barrier(share)

    def ask(thread: int) -> int:
        with reading(engine) as conn:
            if thread < share:
                meeting.wait(30)  # so many are open at once
            return conn.scalar(sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")) or 0

    with ThreadPoolExecutor(2 * share) as pool:
        assert max(pool.map(ask, range(2 * share))) == share
    engine.dispose()


def settings_of(conn: Connection) -> dict[str, str]:
    """What the server has set for the planner."""
    return {name: conn.scalar(sa.text(f"SELECT current_setting('{name}')")) for name in NEEDED}
