"""Databases for books, on either engine, which can be restored from a template quickly and any number of times.

The SQLAlchemy engine stays, because it caches its statements; the database under it is replaced by a copy.
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
from tests.books.simulation import PURPOSES
from tests.postgres import Cluster

_numbers = count(1)


class BookDatabase(Protocol):
    """A database with books. It can be restored from a template, which is a copy of a database."""

    engine: Engine
    empty: str
    """The template with nothing but accounts and campaigns."""

    def restore(self, template: str) -> None:
        """Replace these books by the template's."""

    def save_template(self) -> str:
        """Copy these books to a new template."""

    def delete_template(self, template: str) -> None:
        """Delete a template that is no longer needed."""


class SqliteBookDatabase:
    """A file; templates are files beside it."""

    def __init__(self, migrated: Path) -> None:
        self._at = migrated.with_name(f"books-{os.getpid()}.db")
        self.engine = open_database(f"sqlite:///{self._at}", durable=False)
        self.restore(str(migrated))
        _open_books(self.engine)
        self.empty = self.save_template()

    def restore(self, template: str) -> None:
        """Copy the template's file over ours."""
        self.engine.dispose()
        for name in (f"{self._at.name}-wal", f"{self._at.name}-shm"):
            self._at.with_name(name).unlink(missing_ok=True)
        shutil.copyfile(template, self._at)

    def save_template(self) -> str:
        """Copy the file, with the contents of its WAL."""
        self.engine.dispose()
        with closing(sqlite3.connect(self._at)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return str(shutil.copyfile(self._at, self._at.with_name(f"template-{os.getpid()}-{next(_numbers)}.db")))

    def delete_template(self, template: str) -> None:
        """Remove the file."""
        Path(template).unlink()


class PostgresBookDatabase:
    """A database; templates are databases of the same server."""

    def __init__(self, cluster: Cluster, migrated: str) -> None:
        self._cluster, self._name = cluster, cluster.create(migrated)
        self.engine = open_database(cluster.url(self._name), durable=False)
        _open_books(self.engine)
        self.empty = self.save_template()

    def restore(self, template: str) -> None:
        """Have the server copy the template under our name."""
        self.engine.dispose()
        self._cluster.drop(self._name)
        self._cluster.create(template, self._name)

    def save_template(self) -> str:
        """Copy the database under a new name."""
        self.engine.dispose()
        return self._cluster.create(self._name)

    def delete_template(self, template: str) -> None:
        """Drop the template."""
        self._cluster.drop(template)


@contextmanager
def closing_database(database: BookDatabase) -> Iterator[BookDatabase]:
    """Yield the database, and delete it and its template afterwards."""
    try:
        yield database
    finally:
        database.engine.dispose()
        database.delete_template(database.empty)
        database.delete_template(str(database.engine.url.database))


def _open_books(engine: Engine) -> None:
    """Open the accounts, and add the three campaigns of all scenarios."""
    with booking(engine) as conn:
        open_accounts(conn)
        for number, purpose in PURPOSES.items():
            target = Money(100_000, GBP) if number == 1 else None
            add_campaign(conn, Campaign(0, purpose.slug, purpose.title, "A story.", GBP, target))
