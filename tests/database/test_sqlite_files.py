"""SQLite's files: private, still at their path before anything is acknowledged, and whole when nobody has them open."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, event

from database.engine import Outage, open_database
from database.sqlite_files import OpenFolder, close_folder
from database.transactions import booking, reading


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "books.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    """A database with a table and a row."""
    engine = open_database(f"sqlite:///{path}", durable=False)
    with booking(engine) as conn:
        conn.exec_driver_sql("CREATE TABLE gift (n INTEGER)")
    _add(engine)
    yield engine
    engine.dispose()


def test_a_file_that_was_removed_takes_no_more(engine: Engine, path: Path) -> None:
    """Neither by an open connection nor by a new one, which would make an empty file in its place."""
    path.unlink()

    with pytest.raises(Outage, match="removed"):
        _add(engine)
    with pytest.raises(Outage, match="removed"), reading(engine), reading(engine):
        pass
    assert not path.exists()


def test_a_file_that_was_replaced_takes_no_more(engine: Engine, path: Path) -> None:
    """A backup was put in its place while Farthing ran: what we wrote would go to the old one."""
    shutil.copy(path, path.with_suffix(".backup"))
    path.with_suffix(".backup").replace(path)

    with pytest.raises(Outage, match="replaced"):
        _add(engine)


def test_a_file_that_is_put_back_goes_on(engine: Engine, path: Path) -> None:
    """It was renamed for a moment: nothing is lost, and nothing needs to be started again."""
    path.rename(path.with_suffix(".away"))
    with pytest.raises(Outage, match="renamed"):
        _add(engine)
    path.with_suffix(".away").rename(path)

    _add(engine)
    with reading(engine) as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM gift")) == 2


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_a_log_that_was_removed_takes_no_more(engine: Engine, path: Path, suffix: str) -> None:
    """The newest commits are in the log; without it they are lost when the process ends."""
    Path(f"{path}{suffix}").unlink()

    with pytest.raises(Outage, match="removed"):
        _add(engine)


def test_a_file_that_is_removed_during_a_transaction_is_not_acknowledged(engine: Engine, path: Path) -> None:
    """Noticed before the commit."""
    event.listen(engine, "after_execute", lambda *_: path.unlink())

    with pytest.raises(Outage, match="removed"), booking(engine) as conn:
        conn.execute(sa.text("INSERT INTO gift VALUES (2)"))


def test_after_the_last_process_a_plain_copy_is_whole(engine: Engine, path: Path, tmp_path: Path) -> None:
    """What `cp` takes is the file alone."""
    engine.dispose()
    copy = shutil.copy(path, tmp_path / "copy.db")

    assert not Path(f"{path}-wal").exists()
    with closing(sqlite3.connect(copy)) as copied:
        assert copied.execute("SELECT count(*) FROM gift").fetchone() == (1,)


def test_the_files_are_their_owners_alone(engine: Engine, path: Path) -> None:
    """Whatever the umask of who started it; also those that an earlier version left open."""
    assert [_mode(Path(f"{path}{suffix}")) for suffix in ("", "-wal", "-shm")] == ["600"] * 3
    engine.dispose()
    path.chmod(0o644)

    again = open_database(f"sqlite:///{path}", durable=False)
    again.connect().close()
    again.dispose()

    assert _mode(path) == "600"


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    """A new one is made closed."""
    for folder in (tmp_path / "old", tmp_path / "new" / "var"):
        if folder.name == "old":
            folder.mkdir(mode=0o755)
        close_folder(folder)
        assert _mode(folder) == "700"


def test_a_database_in_a_folder_that_others_may_change_is_refused(tmp_path: Path) -> None:
    """They could put another file in its place; whose folder it is we cannot know, so it is not closed."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    engine = open_database(f"sqlite:///{folder / 'books.db'}", durable=False)

    with pytest.raises(OpenFolder, match="chmod 700"):
        engine.connect()
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_closed_is_refused() -> None:
    """It belongs to somebody else, or lies where modes cannot be changed."""
    with pytest.raises(OpenFolder, match="chmod 700"):
        close_folder(Path("/proc/self/net"))


def _add(engine: Engine) -> None:
    with booking(engine) as conn:
        conn.exec_driver_sql("INSERT INTO gift VALUES (1)")


def _mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"
