"""Books to post into: opened accounts, and a transaction that is taken back after each test."""

import shutil
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from database.engine import open_database
from database.transactions import booking
from ledger.store import open_accounts
from tests.postgres import Cluster


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_books(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated database with its accounts on each engine; nothing is ever committed to it after that."""
    if request.param == "sqlite":
        template, path = request.getfixturevalue("sqlite_template"), tmp_path_factory.mktemp("books") / "books.db"
        yield from _opened(f"sqlite:///{shutil.copyfile(template, path)}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create(request.getfixturevalue("postgres_template"))
    yield from _opened(cluster.url(name))
    cluster.drop(name)


def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url, durable=False)
    with booking(engine) as conn:
        open_accounts(conn)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(shared_books: Engine) -> Iterator[Connection]:
    """A booking transaction that is never committed."""
    with shared_books.connect() as connection:
        writer = connection.execution_options(farthing_begin="immediate")
        transaction = writer.begin()
        yield writer
        transaction.rollback()


@pytest.fixture
def books(engine: Engine) -> Engine:
    """A database of the test's own, with its accounts, for what must be committed."""
    with booking(engine) as connection:
        open_accounts(connection)
    return engine
