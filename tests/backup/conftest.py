"""Books that are backed up, on both engines, and the account at Stripe that knows what came after."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backup.place import InstallationPlace
from campaigns.campaign import Campaign
from campaigns.demo import DEMO_ORGANISATION
from campaigns.store import add_campaign
from database.migrating import mark_of, require_mode
from database.transactions import booking
from ledger.money import GBP, Money
from ledger.store import open_accounts
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.stripe.lists import StripeLists
from sandbox.twin import open_twin
from tests.backup.giving import Giving
from tests.payments.conftest import LONDON
from tests.payments.organisation_books import Books
from tests.payments.settlement.account import Account, KeptDeliveries
from tests.postgres import Cluster, server_programs
from tests.sandbox.loopback import KEY, START, served, settings


@pytest.fixture(autouse=True)
def _programs_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pg_dump and psql of the version that the tests' server has."""
    monkeypatch.setenv("PATH", f"{server_programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def books(engine: Engine) -> Books:
    """Open accounts, two campaigns, mode test, and the mark that this database has."""
    require_mode(engine, "test")
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, Campaign(0, "libraries", "Save our libraries", "A story.", GBP, Money(100_000, GBP)))
        add_campaign(conn, Campaign(0, "buses", "Bring back the bus", "A story.", GBP))
    return books_of(engine)


def books_of(engine: Engine) -> Books:
    """The books of a database, kept with its own mark."""
    return Books(engine, Bookkeeper(BookRules(DEMO_ORGANISATION, LONDON, "test", mark_of(engine))))


@pytest.fixture
def place(books: Books, database_url: str, tmp_path: Path) -> InstallationPlace:
    """The installation of these books, with a key in a file."""
    key = tmp_path / "secret.key"
    key.write_text("a secret\n")
    key.chmod(0o600)
    return InstallationPlace("test", database_url, tmp_path, {"secret.key": key}, None, durable=False)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, place: InstallationPlace, tmp_path: Path) -> Iterator[InstallationPlace]:
    """Another machine: an empty folder, and on PostgreSQL an empty database."""
    folder = tmp_path / "elsewhere"
    folder.mkdir(mode=0o700)
    keys = {"secret.key": folder / "secret.key"}
    if place.database == "sqlite":
        yield InstallationPlace("test", f"sqlite:///{folder / 'test.db'}", folder, keys, None, durable=False)
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield InstallationPlace("test", cluster.url(name), folder, keys, None, durable=False)
    cluster.drop(name)


@pytest.fixture
def giving(books: Books) -> Iterator[Giving]:
    """Donors, and a twin whose deliveries are kept until they are delivered or lost."""
    kept = KeptDeliveries()
    twin = open_twin(settings("https://endpoint.invalid/webhooks"), sender=kept)
    twin.world.clock.set(START)
    with served(twin) as url:
        yield Giving(Account(twin, kept, books, StripeLists(KEY, api_base=url)), url)
    failed = twin.world.tasks.failed()
    twin.close()
    assert failed == []
