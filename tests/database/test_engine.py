"""A database is opened so that it keeps what it acknowledged, or not at all."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.engine import NotDurable, open_database
from tests.postgres import Cluster, start_cluster

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: WAL is synced before a commit is acknowledged
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "ignore_check_constraints": 0,
    "trusted_schema": 0,
    "busy_timeout": 5000,
}


@pytest.fixture(scope="module")
def durable_cluster() -> Iterator[Cluster]:
    """A server that keeps what it acknowledges, and that we may reconfigure."""
    with start_cluster(durable=True) as running:
        yield running


def test_every_sqlite_connection_has_our_pragmas(sqlite_url: str) -> None:
    """They belong to the connection, not to the file, so the second one is looked at as well."""
    engine = open_database(sqlite_url)
    with engine.connect() as first, engine.connect() as second:
        found = [
            {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS} for conn in (first, second)
        ]
    engine.dispose()

    assert found == [PRAGMAS, PRAGMAS]


def test_a_sqlite_that_will_not_keep_a_pragma_is_refused(tmp_path: Path) -> None:
    """Where files cannot share memory there is no write-ahead log: what is set is read back."""
    engine = open_database(f"sqlite:///file:{tmp_path / 'share.db'}?vfs=unix-dotfile&uri=true")

    with pytest.raises(NotDurable, match="journal_mode"):
        engine.connect()

    engine.dispose()


def test_a_read_only_sqlite_file_is_refused(tmp_path: Path) -> None:
    """A file whose journal cannot be switched fails at once, not at the first gift."""
    path = tmp_path / "old.db"
    sqlite3.connect(path).executescript("CREATE TABLE t (n INTEGER)").close()
    engine = open_database(f"sqlite:///file:{path}?mode=ro&uri=true")

    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        engine.connect()

    engine.dispose()


def test_a_file_that_is_being_written_is_switched_to_wal_in_its_turn(tmp_path: Path) -> None:
    """SQLite itself does not wait here, whatever its timeout."""
    path, writing = tmp_path / "new.db", threading.Event()
    engine = open_database(f"sqlite:///{path}", durable=False)

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("CREATE TABLE one (n)")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO one VALUES (1)")
            writing.set()
            time.sleep(0.3)
            connection.execute("COMMIT")

    thread = threading.Thread(target=write)
    thread.start()
    writing.wait()
    engine.connect().close()
    thread.join()
    engine.dispose()


def test_many_threads_open_a_new_sqlite_file_at_once(tmp_path: Path) -> None:
    """Switching a new file to WAL waits for its turn instead of failing."""
    address = f"sqlite:///{tmp_path / 'new.db'}"
    start, failed = threading.Barrier(6), list[Exception]()

    def first_look() -> None:
        engine = open_database(address, durable=False)
        start.wait()
        try:
            engine.connect().close()
        except (NotDurable, sa.exc.OperationalError) as error:
            failed.append(error)
        engine.dispose()

    threads = [threading.Thread(target=first_look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []


def test_a_durable_postgresql_is_opened(durable_cluster: Cluster) -> None:
    """The guard lets a sound server pass."""
    assert _open(durable_cluster.url("postgres")) == 1


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_postgresql_that_would_forget_is_refused(durable_cluster: Cluster, setting: str) -> None:
    """Each setting alone is enough to lose a gift that was acknowledged."""
    if durable_cluster.postmaster_pid is None:
        pytest.skip("the server in TEST_DATABASE_URL is not ours to reconfigure")
    _configure(durable_cluster, f"ALTER SYSTEM SET {setting} = off", setting, "off")

    with pytest.raises(NotDurable, match=setting):
        _open(durable_cluster.url("postgres"))

    _configure(durable_cluster, f"ALTER SYSTEM RESET {setting}", setting, "on")


def test_a_database_that_forgets_on_a_sound_server_is_refused(durable_cluster: Cluster) -> None:
    """The setting may come with the address, the role or the database."""
    address = sa.make_url(durable_cluster.url("postgres"))
    forgetful = address.update_query_dict({"options": "-c synchronous_commit=off"})

    with pytest.raises(NotDurable, match="synchronous_commit"):
        _open(forgetful.render_as_string(hide_password=False))


def test_a_server_that_begins_to_forget_is_refused_at_the_next_connection(durable_cluster: Cluster) -> None:
    """After a failover the server behind the address may be another one."""
    name = durable_cluster.create()
    engine = open_database(durable_cluster.url(name))
    with engine.connect() as conn:
        conn.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        conn.commit()
        conn.invalidate()

    with pytest.raises(NotDurable, match="synchronous_commit"):
        engine.connect()

    engine.dispose()
    durable_cluster.drop(name)


def test_a_connection_that_was_cut_off_while_it_rested_is_replaced(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server was started anew between two gifts: nobody notices."""
    monkeypatch.setattr("database.postgresql.RESTED_SECONDS", -1.0)
    engine = open_database(cluster.url("postgres"), durable=False)
    backend = sa.text("SELECT pg_backend_pid()")
    with engine.connect() as conn:
        before = conn.scalar(backend)
    address = sa.make_url(cluster.url("postgres")).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])

    with engine.connect() as conn:
        assert conn.scalar(backend) != before

    engine.dispose()


def test_a_hasty_postgresql_serves_tests_only(cluster: Cluster) -> None:
    """The suite's own server is one that Farthing would refuse to keep money in."""
    if cluster.postmaster_pid is None:
        pytest.skip("the server in TEST_DATABASE_URL may well be durable")
    with pytest.raises(NotDurable, match="fsync, full_page_writes, synchronous_commit"):
        _open(cluster.url("postgres"))

    assert _open(cluster.url("postgres"), durable=False) == 1


def _open(url: str, *, durable: bool = True) -> object:
    engine: Engine = open_database(url, durable=durable)
    try:
        with engine.connect() as conn:
            return conn.scalar(sa.text("SELECT 1"))
    finally:
        engine.dispose()


def _configure(cluster: Cluster, statement: str, setting: str, wanted: str) -> None:
    """Tell the server, and wait until a new session sees it."""
    address = sa.make_url(cluster.url("postgres")).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as conn:
        conn.execute(statement.encode())
        conn.execute("SELECT pg_reload_conf()")
        while conn.execute(f"SHOW {setting}".encode()).fetchone() != (wanted,):
            conn.execute("SELECT pg_sleep(0.01)")
