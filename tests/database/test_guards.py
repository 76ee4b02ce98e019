"""The written list of guards: what a freshly migrated database must have, no more and no less."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine

from database.engine import open_database
from database.migrating import MIGRATIONS
from database.tables import metadata
from tests.database import written_list
from tests.database.rebuilding import forgotten
from tests.postgres import Cluster

ANEW = "If this was meant: python -m tests.database.written_list"
GUARDED = {line.partition(":")[0] for line in written_list.read()["sqlite"] if "CREATE TRIGGER" in line}


def test_sqlite_has_the_written_guards(sqlite_template: Path) -> None:
    """Every trigger, CHECK and STRICT of the list, and none beside it."""
    assert written_list.of_sqlite(sqlite_template) == written_list.read()["sqlite"], ANEW


def test_postgresql_has_the_written_guards(postgresql_url: str) -> None:
    """Every trigger, each of them ALWAYS, and every CHECK of the list, and none beside it."""
    assert written_list.of_postgresql(postgresql_url) == written_list.read()["postgresql"], ANEW


def test_no_trigger_lets_replicas_pass() -> None:
    """A trigger that is not ALWAYS is none to a session that calls itself a replica."""
    assert not [line for line in written_list.read()["postgresql"] if "not always" in line]


def test_every_table_is_strict() -> None:
    """Without STRICT, SQLite keeps words in a column of amounts."""
    assert not [line for line in written_list.read()["sqlite"] if "not strict" in line]


def test_sqlite_is_migrated_to_the_checks_that_the_tables_declare(tmp_path: Path, sqlite_template: Path) -> None:
    """Alembic compares columns, never CHECK or STRICT: so the tables are made once more and compared."""
    _declare(f"sqlite:///{tmp_path / 'declared.db'}")

    declared = written_list.of_sqlite(tmp_path / "declared.db")

    assert declared == _without_triggers(written_list.of_sqlite(sqlite_template))


def test_postgresql_is_migrated_to_the_checks_that_the_tables_declare(cluster: Cluster, postgresql_url: str) -> None:
    """The same question on the other engine."""
    name = cluster.create()
    _declare(cluster.url(name))

    declared = written_list.of_postgresql(cluster.url(name))
    cluster.drop(name)

    assert declared == _without_triggers(written_list.of_postgresql(postgresql_url))


def test_a_batch_migration_that_forgets_the_guards_is_noticed(sqlite_template: Path, tmp_path: Path) -> None:
    """Alembic's batch mode rebuilds the table, and its triggers are gone without a word."""
    path = shutil.copyfile(sqlite_template, tmp_path / "rebuilt.db")
    engine = open_database(f"sqlite:///{path}", durable=False)
    with closing(engine.connect()) as conn, conn.begin():
        operations = Operations(MigrationContext.configure(conn))
        with operations.batch_alter_table("discrepancy", recreate="always") as batch:
            batch.add_column(sa.Column("seen", sa.Text))
    engine.dispose()

    lost = set(written_list.read()["sqlite"]) - set(written_list.of_sqlite(path))

    assert any("discrepancy_keep" in line for line in lost)


@pytest.mark.parametrize("migration", sorted((MIGRATIONS / "versions").glob("*.py")), ids=lambda path: path.stem)
def test_no_migration_rebuilds_a_guarded_table_and_forgets_its_guards(migration: Path) -> None:
    """Said before the list above says it, and with the table's name."""
    assert forgotten(migration.read_text(), GUARDED) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("op.batch_alter_table('entry')", ["entry"]),
        ("op.batch_alter_table(name)", ["?"]),
        ("op.drop_table('entry')", ["entry"]),
        ("op.batch_alter_table('job')", []),
        ("op.batch_alter_table('entry'); append_only('gift', [])", ["entry"]),
        ("op.batch_alter_table('entry'); append_only('entry', [['id']])", []),
    ],
)
def test_a_forgotten_guard_is_found(body: str, found: list[str]) -> None:
    """The test above can fail."""
    assert forgotten(f"from migrations.guards import append_only\n{body}", {"entry", "gift"}) == found


def _declare(url: str) -> None:
    engine: Engine = open_database(url, durable=False)
    metadata.create_all(engine)
    engine.dispose()


def _without_triggers(guards: list[str]) -> list[str]:
    return [line for line in guards if "TRIGGER" not in line and "FUNCTION" not in line]
