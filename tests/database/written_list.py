"""Every trigger, CHECK and STRICT of a migrated database, in words that can be read and compared.

The list that we agreed to is `guards.txt`. After a migration that changes guards on purpose, write it anew:
`python -m tests.database.written_list`, and read the difference before it is committed.
"""

import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import sqlalchemy as sa

from database.migrating import migrate
from tests.postgres import start_cluster

WRITTEN = Path(__file__).with_name("guards.txt")
# SQLite writes a column that is added, and its CHECK, behind the last one on the same line.
_ADDED_COLUMN = re.compile(r", (?=\w+ (?:INTEGER|TEXT)\b)")


def of_sqlite(path: Path) -> list[str]:
    """The guards of a SQLite file."""
    found = []
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT made.name, made.sql, listed.strict FROM sqlite_schema AS made"
            " JOIN pragma_table_list AS listed USING (name)"
            " WHERE made.type = 'table' AND made.name <> 'alembic_version'"
        )
        for name, made, strict in tables.fetchall():
            found += [f"{name}: STRICT"] if strict else [f"{name}: not strict"]
            apart = _ADDED_COLUMN.sub("\n", made)
            found += [f"{name}: {check.rstrip(', ')}" for check in re.findall(r"CONSTRAINT ck_.*", apart)]
        triggers = connection.execute("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'")
        found += [f"{table}: {_one_line(made)}" for table, made in triggers]
    return sorted(found)


def of_postgresql(url: str) -> list[str]:
    """The guards of a PostgreSQL database; a trigger that a replica would pass is called `not always`."""
    checks = (
        "SELECT conrelid::regclass || ': CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid, true)"
        " FROM pg_constraint WHERE contype = 'c' AND connamespace = current_schema()::regnamespace"
    )
    triggers = (
        "SELECT tgrelid::regclass || ': ' || CASE tgenabled WHEN 'A' THEN 'ALWAYS ' ELSE 'not always ' END"
        " || pg_get_triggerdef(oid, true) FROM pg_trigger WHERE NOT tgisinternal"
    )
    functions = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(address)) as connection:
        found = [row for question in (checks, triggers, functions) for row in connection.execute(question)]
    return sorted(_one_line(str(said)) for (said,) in found)


def read() -> dict[str, list[str]]:
    """The written list: guards by engine."""
    lists: dict[str, list[str]] = {}
    for line in WRITTEN.read_text().splitlines():
        if line.startswith("## "):
            lists[line.removeprefix("## ")] = []
        elif line:
            lists[list(lists)[-1]].append(line)
    return lists


def write(**lists: list[str]) -> None:
    """Write the list anew."""
    WRITTEN.write_text("".join(f"## {engine}\n\n" + "\n".join(lines) + "\n\n" for engine, lines in lists.items()))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _write_anew() -> None:
    with tempfile.TemporaryDirectory() as room, start_cluster(durable=False) as cluster:
        path = Path(room) / "farthing.db"
        name = cluster.create()
        migrate(f"sqlite:///{path}")
        migrate(cluster.url(name))
        write(sqlite=of_sqlite(path), postgresql=of_postgresql(cluster.url(name)))
        cluster.drop(name)


if __name__ == "__main__":
    _write_anew()
    sys.stdout.write(f"Written: {WRITTEN.name}. Read the difference before you commit it.\n")
