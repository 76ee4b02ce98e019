"""Processes that play stories and histories, each with a SQLite file and a PostgreSQL database of its own."""

import logging
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import structlog

from database.migrating import migrate
from tests.books.book_databases import BookDatabase, PostgresBookDatabase, SqliteBookDatabase
from tests.postgres import Cluster, start_cluster

PROCESSES = 2

DATABASES: dict[str, BookDatabase] = {}
"""The databases of this process, by engine: filled where the pool starts it."""


@contextmanager
def book_processes(directory: Path) -> Iterator[ProcessPoolExecutor]:
    """The pool, on one PostgreSQL server that ends with it."""
    sqlite = directory / "migrated.db"
    migrate(f"sqlite:///{sqlite}")
    with start_cluster(durable=False) as cluster:
        template = cluster.create()
        migrate(cluster.url(template))
        databases = (sqlite, cluster, template)
        with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _open_databases, databases) as pool:
            yield pool


def _open_databases(migrated: Path, cluster: Cluster, template: str) -> None:
    """Prepare a process: a database for books on either engine."""
    # What goes wrong is in the report; the log would only hide it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    directory = Path(tempfile.mkdtemp(dir=migrated.parent))
    path = directory / migrated.name
    path.write_bytes(migrated.read_bytes())
    DATABASES["sqlite"], DATABASES["postgresql"] = SqliteBookDatabase(path), PostgresBookDatabase(cluster, template)
