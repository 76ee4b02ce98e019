"""Each test's database is its own, on both engines, and the clock stands still."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Engine

from tests.clock import FixedClock
from tests.postgres import start_cluster


def test_the_database_is_migrated_and_takes_writes(engine: Engine) -> None:
    """A copy of the template is a whole database."""
    assert "entry" in sa.inspect(engine).get_table_names()


def test_time_passes_only_when_told(clock: FixedClock) -> None:
    """Two looks at the clock agree until it is advanced."""
    before = clock()

    clock.advance(timedelta(hours=1))

    assert (before, clock() - before) == (before, timedelta(hours=1))


def test_a_durable_server_keeps_what_it_acknowledges() -> None:
    """Only tests that ask for haste get it."""
    with start_cluster(durable=True) as cluster:
        server = sa.create_engine(cluster.url("postgres"))
        with server.connect() as connection:
            settings = ("fsync", "full_page_writes", "synchronous_commit")
            kept = [connection.scalar(sa.text(f"SHOW {name}")) for name in settings]
        server.dispose()

    assert kept == ["on", "on", "on"]
