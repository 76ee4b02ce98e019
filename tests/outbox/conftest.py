"""A queue on each engine. Jobs may be removed, so one database serves all tests."""

import shutil
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import writing
from outbox.tables import job
from tests.postgres import Cluster
from tests.smtp_server import Certificates, Mailbox, make_certificates


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def queue_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database on each engine."""
    if request.param == "sqlite":
        template, path = request.getfixturevalue("sqlite_template"), tmp_path_factory.mktemp("queue") / "queue.db"
        yield f"sqlite:///{shutil.copyfile(template, path)}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create(request.getfixturevalue("postgres_template"))
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def queue(queue_url: str) -> Iterator[Engine]:
    """The database with an empty queue."""
    engine = open_database(queue_url, durable=False)
    with writing(engine) as conn:
        conn.execute(sa.delete(job))
    yield engine
    engine.dispose()


@pytest.fixture
def mailbox() -> Mailbox:
    """A mailbox that takes everything."""
    return Mailbox()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority of our own."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))
