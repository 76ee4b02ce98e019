"""One history for both engines, and no database is opened that is of another version or mode."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from database import migrating
from database.engine import open_database
from database.migrating import (
    MIGRATIONS,
    MODES,
    REVISION,
    WrongMode,
    WrongVersion,
    migrate,
    require_mode,
    require_revision,
    revision_of,
)
from database.transactions import reading, writing
from tests.database.killing import upgrade as upgrade_to

BROKEN = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade():
    op.create_table("half_done", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO half_done (id) VALUES (1)")
    op.execute("SELECT nonsense FROM nowhere")
"""

LIMITS = """
from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade():
    names = ("statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout")
    listed = ", ".join(f"current_setting('{{name}}', true) AS {{name}}" for name in names)
    op.execute(f"CREATE TABLE limits AS SELECT {{listed}}")
"""


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def test_the_tables_are_what_the_migrations_make(database_url: str) -> None:
    """`alembic check` finds nothing to do, on either engine."""
    command.check(_config(database_url))


def test_the_newest_migration_is_the_one_that_we_ask_for() -> None:
    """The number is written down so that a start needs no Alembic; here it is compared."""
    assert ScriptDirectory.from_config(_config("")).get_heads() == [REVISION]


def test_migrating_what_is_migrated_changes_nothing(database_url: str) -> None:
    """Nor does it ask for a lock that a running server holds for long."""
    migrate(database_url)

    assert _revision(database_url) == REVISION


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(database_url: str, tmp_path: Path) -> None:
    """Tables, rows and the number of the version all go back, on both engines."""
    (tmp_path / "9999_broken.py").write_text(BROKEN.format(head=REVISION))
    config = _config(database_url)
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'};{tmp_path}")
    config.set_main_option("path_separator", ";")

    with pytest.raises(sa.exc.DatabaseError):
        command.upgrade(config, "head")

    assert _revision(database_url) == REVISION
    assert "half_done" not in _tables(database_url)


def test_a_migration_may_take_long_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    """A million gifts take longer than the books may be held for: no limit cuts a migration off."""
    (tmp_path / "9999_limits.py").write_text(LIMITS.format(head=REVISION))
    config = _config(postgresql_url)
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'};{tmp_path}")
    config.set_main_option("path_separator", ";")

    command.upgrade(config, "head")

    engine = open_database(postgresql_url, durable=False)
    with reading(engine) as conn:
        limits = conn.execute(sa.text("SELECT * FROM limits")).one()
    engine.dispose()
    assert {limit for limit in limits if limit is not None} == {"0"}


def test_a_database_of_this_version_is_opened(engine: Engine) -> None:
    """The guard lets the right one pass."""
    require_revision(engine)


@pytest.mark.parametrize(
    ("found", "advice"),
    [("0001", "./farthing migrate"), ("9999", "Start the newer Farthing"), (None, "./farthing migrate")],
)
def test_a_database_of_another_version_is_refused_with_what_to_do(
    engine: Engine, found: str | None, advice: str
) -> None:
    """Behind: migrate. Ahead: the newer program or a backup. Either way nothing was changed."""
    with writing(engine) as conn:
        if found is None:
            conn.exec_driver_sql("DELETE FROM alembic_version")
        else:
            conn.execute(sa.text("UPDATE alembic_version SET version_num = :found"), {"found": found})

    with pytest.raises(WrongVersion) as refused:
        require_revision(engine)

    said = str(refused.value)
    assert all(part in said for part in (found or "none", REVISION, "Nothing was changed", advice))


def test_an_empty_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """No tables at all is a version, too: none."""
    engine = open_database(f"sqlite:///{tmp_path / 'empty.db'}", durable=False)

    with pytest.raises(WrongVersion, match=r"version none.*migrate"):
        require_revision(engine)

    engine.dispose()


@pytest.mark.parametrize("mode", MODES)
def test_a_database_belongs_to_the_first_mode_that_opened_it(engine: Engine, mode: str) -> None:
    """Sandbox, test and live money never meet."""
    require_mode(engine, mode)
    require_mode(engine, mode)

    for other in set(MODES) - {mode}:
        with pytest.raises(WrongMode) as refused:
            require_mode(engine, other)
        said = str(refused.value)
        assert all(part in said for part in (f"holds {mode} money", f"in {other} mode", "Nothing was changed"))
    assert _stamped(engine) == [mode]


def test_a_mode_that_there_is_not_cannot_be_stamped(engine: Engine) -> None:
    """The database refuses it, whatever the settings say."""
    with pytest.raises(sa.exc.IntegrityError):
        require_mode(engine, "demo")


def test_a_mode_is_asked_for_by_everybody_at_once(engine: Engine) -> None:
    """Web and worker start together on a new database; neither fails, and one mode is stamped."""
    assert _stamp_at_once(engine, ["live"] * 8) == []
    assert _stamped(engine) == ["live"]


def test_of_two_modes_that_start_at_once_one_is_refused(engine: Engine) -> None:
    """As it would have been a second later."""
    failed = _stamp_at_once(engine, ["live", "test"] * 4)

    assert {type(error) for error in failed} == {WrongMode}
    assert len(failed) == 4


def _stamp_at_once(engine: Engine, modes: list[str]) -> list[Exception]:
    start, failed = threading.Barrier(len(modes)), list[Exception]()

    def stamp(mode: str) -> None:
        with engine.connect():
            start.wait()
        try:
            require_mode(engine, mode)
        except (WrongMode, sa.exc.DatabaseError) as error:
            failed.append(error)

    threads = [threading.Thread(target=stamp, args=(mode,)) for mode in modes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def _stamped(engine: Engine) -> list[str]:
    with reading(engine) as conn:
        return [row.mode for row in conn.execute(sa.select(migrating.installation))]


def _revision(url: str) -> str | None:
    engine = open_database(url, durable=False)
    with reading(engine) as conn:
        found = revision_of(conn)
    engine.dispose()
    return found


def _tables(url: str) -> list[str]:
    engine = open_database(url, durable=False)
    found = sa.inspect(engine).get_table_names()
    engine.dispose()
    return found


RECURRING = """
INSERT INTO recurring (
    id, donor_id, state, currency, amount_minor, interval, donor_name, donor_email, first_gift_id, created_at,
    failed_attempts, began_at, paused_at, failing_since
) VALUES ('r', 'd', 'active', 'GBP', 500, 'month', '', '', 'g', '2027-11-30T09:00:00.000000+00:00', 0, ?, ?, ?)
"""


def test_instants_that_had_lost_their_form_are_mended(tmp_path: Path) -> None:
    """Of a recurring gift, on SQLite. What was written well stays as it is."""
    path, well_written = tmp_path / "before.db", "2027-11-30T09:00:00.000000+00:00"
    upgrade_to(f"sqlite:///{path}", "0052")
    with closing(sqlite3.connect(path)) as before, before:
        before.execute(RECURRING, ("2027-12-01 11:06:40.000000", None, well_written))
    upgrade_to(f"sqlite:///{path}", "0053")
    with closing(sqlite3.connect(path)) as after:
        mended = after.execute("SELECT began_at, paused_at, failing_since FROM recurring").fetchone()
    assert mended == ("2027-12-01T11:06:40.000000+00:00", None, well_written)
