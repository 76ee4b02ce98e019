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
from tests.books.places import Place, PostgresPlace, SqlitePlace
from tests.postgres import Cluster, start_cluster

PROCESSES = 2

PLACES: dict[str, Place] = {}
"""The places of this process, by engine: filled where the pool starts it."""


@contextmanager
def book_processes(directory: Path) -> Iterator[ProcessPoolExecutor]:
    """The pool, on one PostgreSQL server that ends with it."""
    sqlite = directory / "migrated.db"
    migrate(f"sqlite:///{sqlite}")
    with start_cluster(durable=False) as cluster:
        template = cluster.create()
        migrate(cluster.url(template))
        places = (sqlite, cluster, template)
        with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _open_places, places) as pool:
            yield pool


def _open_places(migrated: Path, cluster: Cluster, template: str) -> None:
    """What each process does first."""
    # What goes wrong is in the report; the log would only hide it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    directory = Path(tempfile.mkdtemp(dir=migrated.parent))
    path = directory / migrated.name
    path.write_bytes(migrated.read_bytes())
    PLACES["sqlite"], PLACES["postgresql"] = SqlitePlace(path), PostgresPlace(cluster, template)
