"""What every test may ask for: a database of its own on either engine, a clock that stands still, a browser.

Append-only tables cannot be emptied, so each test gets a copy of a template that was migrated once.
"""

import gc
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser
from sqlalchemy import Engine

from database.engine import open_database
from database.migrating import migrate
from tests.browser import Tabs, open_browser, tabs
from tests.clock import FixedClock
from tests.postgres import Cluster, start_cluster

# A busy machine is no broken law.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """What was imported stays: Python need not look through it for garbage again and again, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """This worker's PostgreSQL, quick because it may lose everything."""
    with start_cluster(durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster) -> Iterator[str]:
    """The name of a migrated database, to be copied."""
    name = cluster.create()
    migrate(cluster.url(name))
    yield name
    cluster.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "farthing.db"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that one file is all of it
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite file that is this test's alone."""
    path = shutil.copyfile(sqlite_template, tmp_path / "farthing.db")
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(cluster: Cluster, postgres_template: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database that is this test's alone."""
    name = cluster.create(postgres_template)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own, once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database opened as the product opens it, without waiting for the disk."""
    opened = open_database(database_url, durable=False)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> FixedClock:
    """Noon on the day on which these tests were first written."""
    return FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the browser tests of a file; not for longer, because it keeps asyncio.run away."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Tabs]:
    """Opens pages: `browser_page(javascript=False)`. The browser must find nothing to complain of in them."""
    with tabs(browser) as opened:
        yield opened
