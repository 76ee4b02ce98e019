"""Each test's database is its own, on both engines, and the clock stands still."""

import pickle
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Engine

from tests.clock import FixedClock
from tests.postgres import Cluster, start_cluster


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


def test_a_server_can_be_handed_to_another_process(cluster: Cluster) -> None:
    """The soaks do it, also when a connection is open here."""
    cluster.drop(cluster.create())
    assert pickle.dumps(cluster)
