"""From treasurers to members of staff: nobody is locked out, no session is lost, and a cut changes nothing."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from database.engine import open_database
from database.transactions import reading, writing
from tests.database.killing import upgrade
from tests.examples import examples
from tests.postgres import Cluster

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MEMBERS = 30
MOMENTS = examples(5)
Row = tuple[object, ...]


@dataclass(frozen=True)
class Migrated:
    """A database after the migration, and what was in it before: members, links, sessions."""

    engine: Engine
    kept: list[list[Row]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migrated]:
    """Each treasurer had a used link, a fresh one and a session. No test changes it."""
    if request.param == "sqlite":
        yield from _migrated(f"sqlite:///{tmp_path_factory.mktemp('staff') / 'before.db'}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield from _migrated(cluster.url(name))
    cluster.drop(name)


def _migrated(url: str) -> Iterator[Migrated]:
    upgrade(url, "0004")
    engine = open_database(url, durable=False)
    _furnish(engine)
    kept = [_rows(engine, query) for query in (MEMBERS_BEFORE, LINKS_BEFORE, SESSIONS_BEFORE)]
    _migrate(engine)
    yield Migrated(engine, kept)
    engine.dispose()


def _furnish(engine: Engine) -> None:
    def at(minutes: int) -> object:
        instant = NOON + timedelta(minutes=minutes)
        return instant.isoformat(timespec="microseconds") if engine.dialect.name == "sqlite" else instant

    def token(n: int) -> bytes:
        return n.to_bytes(32, "big")

    with writing(engine) as conn:
        for n in range(MEMBERS):
            row = {"id": f"t{n:02}", "email": f"t{n}@example.org", "name": f"Treasurer {n}", "at": at(-n)}
            conn.execute(sa.text("INSERT INTO treasurer VALUES (:id, :email, :name, :at)"), row)
            link = sa.text("INSERT INTO sign_in_link VALUES (:token, :id, :until, :used)")
            conn.execute(link, {"token": token(2 * n), "id": row["id"], "until": at(60), "used": at(1)})
            conn.execute(link, {"token": token(2 * n + 1), "id": row["id"], "until": at(60), "used": None})
            session = sa.text("INSERT INTO session VALUES (:token, :id, :at, :seen, :until)")
            conn.execute(session, {"token": token(n), "id": row["id"], "at": at(0), "seen": at(n), "until": at(720)})


def _rows(engine: Engine, query: str) -> list[Row]:
    with reading(engine) as conn:
        return [tuple(row) for row in conn.exec_driver_sql(query)]


def _migrate(engine: Engine) -> None:
    upgrade(engine.url.render_as_string(hide_password=False), "0005")
    engine.dispose()


MEMBERS_BEFORE = "SELECT id, email, name, created_at FROM treasurer ORDER BY id"
MEMBERS_AFTER = "SELECT id, email, name, created_at FROM staff_member ORDER BY id"
LINKS_BEFORE = "SELECT token_hash, treasurer_id, expires_at, used_at FROM sign_in_link ORDER BY token_hash"
LINKS_AFTER = "SELECT token_hash, staff_id, expires_at, used_at FROM sign_in_link ORDER BY token_hash"
SESSIONS_BEFORE = "SELECT token_hash, treasurer_id, started_at, seen_at, expires_at FROM session ORDER BY token_hash"
SESSIONS_AFTER = "SELECT token_hash, holder_id, started_at, seen_at, expires_at FROM session ORDER BY token_hash"


def test_everybody_and_everything_is_there_afterwards(migrated: Migrated) -> None:
    """Byte for byte: treasurers as owners, their links, and their sessions as those of staff."""
    engine, kept = migrated.engine, migrated.kept
    assert [len(rows) for rows in kept] == [MEMBERS, 2 * MEMBERS, MEMBERS]
    assert [_rows(engine, query) for query in (MEMBERS_AFTER, LINKS_AFTER, SESSIONS_AFTER)] == kept
    assert _rows(engine, "SELECT DISTINCT role FROM staff_member") == [("owner",)]
    assert _rows(engine, "SELECT DISTINCT holder_kind FROM session") == [("staff",)]
    assert _rows(engine, "SELECT * FROM act") == []


def test_nothing_of_the_old_tables_is_left(migrated: Migrated) -> None:
    """Nor of what the rows were kept in meanwhile."""
    tables = set(sa.inspect(migrated.engine).get_table_names())
    assert {"staff_member", "sign_in_link", "session", "act"} <= tables
    assert not {name for name in tables if name == "treasurer" or name.startswith("kept_")}


@pytest.mark.parametrize(
    "forbidden",
    [
        "INSERT INTO sign_in_link SELECT token_hash, 'nobody', expires_at, used_at FROM sign_in_link LIMIT 1",
        "UPDATE sign_in_link SET staff_id = 'nobody'",
        "UPDATE staff_member SET role = 'king'",
        "UPDATE staff_member SET email = 'T0@example.org'",
        "UPDATE session SET holder_kind = 'treasurer'",
        "UPDATE act SET who = 'nobody'",
        "DELETE FROM act",
    ],
)
def test_what_must_not_be_is_refused(migrated: Migrated, forbidden: str) -> None:
    """Foreign keys, roles, holders and the guard of acts hold after the migration."""
    with pytest.raises(DatabaseError), writing(migrated.engine) as conn:
        _try_after_an_act(conn, forbidden)


def _try_after_an_act(conn: sa.Connection, forbidden: str) -> None:
    conn.exec_driver_sql(
        "INSERT INTO act (id, at, who, what, subject_kind, subject_id)"
        " SELECT 'a1', created_at, id, 'staff.add', 'staff_member', id FROM staff_member LIMIT 1"
    )
    assert conn.scalar(sa.text("SELECT count(*) FROM act")) == 1
    conn.exec_driver_sql(forbidden)


def test_a_migration_that_is_killed_changes_nothing_and_can_be_begun_again(tmp_path: Path) -> None:
    """At several moments, each in a process that dies without a word; the second run is whole."""
    path = tmp_path / "before.db"
    upgrade(f"sqlite:///{path}", "0004")
    engine = open_database(f"sqlite:///{path}", durable=False)
    _furnish(engine)
    kept = [_rows(engine, query) for query in (MEMBERS_BEFORE, LINKS_BEFORE, SESSIONS_BEFORE)]
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that one file is all of it
        schema = connection.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()

    killing = [sys.executable, "-m", "tests.database.killing", str(path), "0005", str(MOMENTS)]
    subprocess.run(killing, check=True, timeout=600)

    for n in range(1, MOMENTS + 1):
        cut = tmp_path / f"cut-{n}.db"
        with closing(sqlite3.connect(cut)) as connection:
            assert connection.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall() == schema
        engine = open_database(f"sqlite:///{cut}", durable=False)
        assert [_rows(engine, query) for query in (MEMBERS_BEFORE, LINKS_BEFORE, SESSIONS_BEFORE)] == kept
        _migrate(engine)
        assert [_rows(engine, query) for query in (MEMBERS_AFTER, LINKS_AFTER, SESSIONS_AFTER)] == kept
        assert _rows(engine, "SELECT version_num FROM alembic_version") == [("0005",)]
        engine.dispose()
