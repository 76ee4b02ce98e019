"""A place where books are kept, on either engine: they can be begun anew, at once and as often as one likes.

The engine stays all the time, because it remembers its statements; the database under it is another copy.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from database.engine import open_database
from database.transactions import booking
from ledger.money import GBP, Money
from ledger.store import open_accounts
from tests.books.stage import PURPOSES
from tests.postgres import Cluster

_numbers = count(1)


class Place(Protocol):
    """Where books are kept. A template is what books can be begun from."""

    engine: Engine
    empty: str
    """The template with nothing but accounts and campaigns."""

    def begin(self, template: str) -> None:
        """Forget these books, and begin as the template does."""

    def keep(self) -> str:
        """These books as a template."""

    def forget(self, template: str) -> None:
        """Nobody will begin from it any more."""


class SqlitePlace:
    """A file, and templates beside it."""

    def __init__(self, migrated: Path) -> None:
        self._at = migrated.with_name(f"books-{os.getpid()}.db")
        self.engine = open_database(f"sqlite:///{self._at}", durable=False)
        self.begin(str(migrated))
        _campaigns(self.engine)
        self.empty = self.keep()

    def begin(self, template: str) -> None:
        """Copy the template's file over ours."""
        self.engine.dispose()
        for name in (f"{self._at.name}-wal", f"{self._at.name}-shm"):
            self._at.with_name(name).unlink(missing_ok=True)
        shutil.copyfile(template, self._at)

    def keep(self) -> str:
        """A copy of the file, with what SQLite wrote beside it."""
        self.engine.dispose()
        with closing(sqlite3.connect(self._at)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return str(shutil.copyfile(self._at, self._at.with_name(f"template-{os.getpid()}-{next(_numbers)}.db")))

    def forget(self, template: str) -> None:
        """Remove the file."""
        Path(template).unlink()


class PostgresPlace:
    """A database, and templates in the same server."""

    def __init__(self, cluster: Cluster, migrated: str) -> None:
        self._cluster, self._name = cluster, cluster.create(migrated)
        self.engine = open_database(cluster.url(self._name), durable=False)
        _campaigns(self.engine)
        self.empty = self.keep()

    def begin(self, template: str) -> None:
        """The server copies the template under our name."""
        self.engine.dispose()
        self._cluster.drop(self._name)
        self._cluster.create(template, self._name)

    def keep(self) -> str:
        """A copy under a name of its own."""
        self.engine.dispose()
        return self._cluster.create(self._name)

    def forget(self, template: str) -> None:
        """Drop it."""
        self._cluster.drop(template)


@contextmanager
def closing_down(place: Place) -> Iterator[Place]:
    """The place, left tidy afterwards."""
    try:
        yield place
    finally:
        place.engine.dispose()
        place.forget(place.empty)
        place.forget(str(place.engine.url.database))


def _campaigns(engine: Engine) -> None:
    """Open accounts, and the three campaigns for which every scenario gives."""
    with booking(engine) as conn:
        open_accounts(conn)
        for number, purpose in PURPOSES.items():
            target = Money(100_000, GBP) if number == 1 else None
            add_campaign(conn, Campaign(0, purpose.slug, purpose.title, "A story.", GBP, target))
