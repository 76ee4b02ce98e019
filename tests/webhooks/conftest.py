"""A real endpoint, and a worker that sends it events."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from database.engine import open_database
from tests.clock import FixedClock
from tests.webhooks.endpoint_server import EndpointServer, serving
from tests.webhooks.sender import Sender


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """SQLite alone."""
    opened = open_database(sqlite_url, durable=False)
    yield opened
    opened.dispose()


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    """A real server."""
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def sender(engine: Engine, server: EndpointServer, clock: FixedClock) -> Sender:
    """A worker with one endpoint."""
    return Sender(engine, server, clock)
