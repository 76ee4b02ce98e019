"""A furnished house on each engine, to be attacked: a copy of a file, or a transaction that is rolled back."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking
from tests.database.house import plant
from tests.database.raw import RawPostgresql, RawSqlite
from tests.database.version_before.filling import make_version_before
from tests.postgres import Cluster


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database on each engine, for tests that bring a table and take it away again."""
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path_factory.mktemp('blank') / 'blank.db'}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield from _opened(cluster.url(name))
    cluster.drop(name)


def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url, durable=False)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def furnished_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with a row or two in every table."""
    path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("furnished") / "farthing.db")
    _plant(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def furnished_database(cluster: Cluster, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with a row or two in every table."""
    name = cluster.create(postgres_template)
    _plant(cluster.url(name))
    yield cluster.url(name)
    cluster.drop(name)


def _plant(url: str) -> None:
    engine = open_database(url, durable=False)
    with booking(engine) as conn:
        plant(conn)
    engine.dispose()


@pytest.fixture
def sqlite_house(furnished_file: Path, tmp_path: Path) -> Iterator[RawSqlite]:
    """A raw connection to a furnished SQLite file of this test's own."""
    raw = RawSqlite(str(shutil.copyfile(furnished_file, tmp_path / "attacked.db")))
    with closing(raw.connection):
        yield raw


@pytest.fixture
def postgresql_house(furnished_database: str) -> Iterator[RawPostgresql]:
    """A raw connection to the furnished PostgreSQL database, in a transaction that never commits."""
    address = sa.make_url(furnished_database).set(drivername="postgresql")
    with closing(psycopg.connect(address.render_as_string(hide_password=False))) as connection:
        yield RawPostgresql(connection)
        connection.rollback()


@pytest.fixture(scope="session")
def file_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of the version before, full of gifts. To be copied, never written."""
    path = tmp_path_factory.mktemp("before") / "before.db"
    make_version_before(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that one file is all of it
    return path
