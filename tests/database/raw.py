"""The database as somebody with a shell meets it: no SQLAlchemy, no pragmas of ours, nothing but SQL.

Both classes can also lose a guard, so that a test can show what the guard was good for.
"""

import re
import sqlite3
from contextlib import suppress
from typing import Any, Protocol

import psycopg
from psycopg import sql


class Raw(Protocol):
    """A raw connection to a furnished database."""

    engine: str

    def tell(self, statement: str) -> None:
        """Run a statement; its errors are raised."""

    def attempt(self, statement: str) -> None:
        """Run a statement that the database may well refuse."""

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Everything in the table, in one order."""

    def lose(self, table: str, guard: str) -> None:
        """Take one guard of this table away; one that this engine does not have is no loss."""


class RawSqlite:
    """Python's sqlite3 as it comes: foreign keys and recursive triggers are off."""

    engine = "sqlite"

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.tell("PRAGMA synchronous=OFF")  # guards nothing that is tested here, and saves the disk

    def tell(self, statement: str) -> None:
        """Run a statement."""
        self.connection.execute(statement).fetchall()

    def attempt(self, statement: str) -> None:
        """Run a statement that may be refused."""
        with suppress(sqlite3.Error):
            self.tell(statement)

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Everything in the table, with its type, because 10 and 10.0 look alike."""
        found = self.connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 (our own names)
        return sorted(((*row, *map(type, row)) for row in found), key=repr)

    def lose(self, table: str, guard: str) -> None:
        """Drop a trigger or index; write CHECK and STRICT out of the table's own words."""
        names = "SELECT type FROM sqlite_schema WHERE tbl_name = ? AND name = ?"
        kind = self.connection.execute(names, (table, guard)).fetchone()
        if kind and kind[0] in ("trigger", "index"):
            self.tell(f"DROP {kind[0]} {guard}")
        elif guard == "strict" or guard.startswith("ck_"):
            self._rewrite(table, guard)

    def _rewrite(self, table: str, guard: str) -> None:
        found = self.connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        if guard == "strict":
            less = found.replace("STRICT", "")
        else:
            lines = [line for line in found.split("\n") if f"CONSTRAINT {guard} " not in line]
            less = re.sub(r",(\s*\n\))", r"\1", "\n".join(lines))
        self.tell("PRAGMA writable_schema=ON")
        self.connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (less, table))
        self.tell("PRAGMA writable_schema=RESET")


class RawPostgresql:
    """A superuser's session, in one transaction that the fixture rolls back."""

    engine = "postgresql"

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.connection = connection

    def tell(self, statement: str) -> None:
        """Run a statement."""
        self.connection.execute(statement.encode())

    def attempt(self, statement: str) -> None:
        """Run a statement that may be refused."""
        with suppress(psycopg.Error), self.connection.transaction():
            self.tell(statement)

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Everything in the table."""
        found = self.connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        return sorted(found.fetchall(), key=repr)

    def lose(self, table: str, guard: str) -> None:
        """Drop a trigger, constraint or index; `always:NAME` only lets replicas past a trigger."""
        name = guard.removeprefix("always:")
        if self._knows("SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s", table, name):
            self.tell(
                f"DROP TRIGGER {name} ON {table}" if name == guard else f"ALTER TABLE {table} ENABLE TRIGGER {name}"
            )
        elif self._knows("SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s", table, name):
            self.tell(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
        elif self._knows("SELECT 1 FROM pg_indexes WHERE tablename = %s AND indexname = %s", table, name):
            self.tell(f"DROP INDEX {name}")

    def _knows(self, question: str, table: str, name: str) -> bool:
        return self.connection.execute(question.encode(), (table, name)).fetchone() is not None
