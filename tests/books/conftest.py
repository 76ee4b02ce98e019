"""A place for books on each engine, for as long as the tests run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.books.places import Place, PostgresPlace, SqlitePlace, closing_down
from tests.postgres import Cluster


@pytest.fixture(scope="session")
def sqlite_place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A directory of its own."""
    path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("books") / "migrated.db")
    with closing_down(SqlitePlace(path)) as place:
        yield place


@pytest.fixture(scope="session")
def postgres_place(cluster: Cluster, postgres_template: str) -> Iterator[Place]:
    """A database of this worker's server."""
    with closing_down(PostgresPlace(cluster, postgres_template)) as place:
        yield place
