"""A database for books on each engine, for all tests of a worker."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.books.book_databases import BookDatabase, PostgresBookDatabase, SqliteBookDatabase, closing_database
from tests.postgres import Cluster


@pytest.fixture(scope="session")
def sqlite_books(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BookDatabase]:
    """A SQLite file in a directory of its own."""
    path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("books") / "migrated.db")
    with closing_database(SqliteBookDatabase(path)) as database:
        yield database


@pytest.fixture(scope="session")
def postgres_books(cluster: Cluster, postgres_template: str) -> Iterator[BookDatabase]:
    """A database on this worker's PostgreSQL server."""
    with closing_database(PostgresBookDatabase(cluster, postgres_template)) as database:
        yield database
