"""A migration from the version before that is killed, with gifts of every kind."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from database.engine import open_database
from database.migrating import REVISION, migrate, revision_of
from database.transactions import reading
from tests.database import written_list
from tests.database.version_before.digests import Digests, columns_of, digest, digests, rows_of
from tests.database.version_before.filling import BEFORE
from tests.examples import examples

BEFORE_STATEMENTS, WITHIN_STATEMENTS = examples(2), examples(4)  # the moments at which a migration is killed
GIVEN_BY = "SELECT gift.id, email, email_key, name, donor.created_at FROM gift JOIN donor ON donor_id = donor.id"
RECURRING_BY = "SELECT recurring.id, email_key FROM recurring JOIN donor ON donor_id = donor.id"


def test_a_migration_that_is_killed_changes_nothing_and_can_be_begun_again(file_before: Path, tmp_path: Path) -> None:
    """At several moments, before statements, inside of them and before the COMMIT; the second run is whole."""
    path = shutil.copyfile(file_before, tmp_path / "before.db")
    before = path.read_bytes()
    killing = [sys.executable, "-m", "tests.database.killing", str(path), "head"]
    subprocess.run([*killing, str(BEFORE_STATEMENTS), str(WITHIN_STATEMENTS)], check=True, timeout=600)
    engine = open_database(f"sqlite:///{shutil.copyfile(path, tmp_path / 'uncut.db')}", durable=False)
    columns = columns_of(engine)
    whole = digests(engine, columns)
    migrate(f"sqlite:///{tmp_path / 'uncut.db'}")
    donors = digest(engine, GIVEN_BY), digest(engine, RECURRING_BY)
    engine.dispose()

    half_written = 0
    for n in range(1, BEFORE_STATEMENTS + WITHIN_STATEMENTS + 1):
        cut = tmp_path / f"cut-{n}.db"
        half_written += cut.with_name(f"{cut.name}-wal").stat().st_size > 0
        _assert_as_before(cut, before)
        migrate(f"sqlite:///{cut}")
        _assert_whole(cut, columns, whole, donors)
    assert half_written >= WITHIN_STATEMENTS / 2  # what was written before the COMMIT has to be taken for nothing


def _assert_as_before(cut: Path, before: bytes) -> None:
    """Byte by byte, once SQLite has recovered it: so is every table and every row."""
    with closing(sqlite3.connect(cut)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(BEFORE,)]
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        assert cut.read_bytes() == before


def _assert_whole(path: Path, columns: dict[str, list[str]], whole: Digests, donors: tuple[object, object]) -> None:
    """The file is of this version, with all rows, the donors of a migration that was not cut, and all guards."""
    engine = open_database(f"sqlite:///{path}", durable=False)
    with reading(engine) as conn:
        assert revision_of(conn) == REVISION
    assert digests(engine, columns, after=True) == whole
    assert (digest(engine, GIVEN_BY), digest(engine, RECURRING_BY)) == donors
    assert rows_of(engine, "PRAGMA foreign_key_check") == []
    assert written_list.of_sqlite(path) == written_list.read()["sqlite"]
    engine.dispose()
