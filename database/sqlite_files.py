"""The files of a SQLite database: who may read them, whether they are still at their path, and folding the log in."""

import os
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
# The file, the write-ahead log that holds the newest commits, and the log's index.
FILES = ("", "-wal", "-shm")

Identity = tuple[int, int]  # device and inode


class OpenFolder(RuntimeError):
    """Others can read a folder or file that holds the books, and we may not close it."""


class NoFolder(RuntimeError):
    """The folder of the database is not there: nothing has been started yet."""


def close_folder(folder: Path) -> None:
    """Make a folder, or close it, so that only its owner can look into it; raises OpenFolder where we may not."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if not stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return
    close_to_others(folder, PRIVATE_FOLDER)


def close_to_others(path: Path, mode: int) -> None:
    """Set the mode of a file or folder; raises OpenFolder where we may not."""
    try:
        path.chmod(mode)
    except OSError as error:
        raise OpenFolder(
            f"Others can read {path}, and it cannot be closed to them ({error.strerror}). Nothing was changed."
            f" As its owner: chmod {mode:o} {path}"
        ) from None


def _refuse_shared_folder(folder: Path) -> None:
    """Raise OpenFolder where others could put another file in the database's place, NoFolder where there is none."""
    if not folder.exists():
        raise NoFolder(f"There is no database in {folder} yet. ./farthing run, or ./farthing setup, makes one.")
    mode = folder.stat().st_mode
    if mode & 0o022 and not mode & stat.S_ISVTX:
        raise OpenFolder(f"Others can write to {folder}, where the database is. As its owner: chmod 700 {folder}")


class DatabaseFile:
    """The file that an engine has opened first. It opens no other file later, and creates none."""

    def __init__(self, path: str) -> None:
        """`path` is empty for a database in memory."""
        self._path = path
        self._identity: Identity | None = None

    def prepare(self) -> None:
        """Before a connection is made: make a new file private; refuse if the file is another than at first."""
        if not self._path:
            return
        if self._identity is None:
            _refuse_shared_folder(Path(self._path).parent)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, PRIVATE_FILE))
            self._close_to_others()
            self._identity = _identity(self._path)
        self.require()

    def identities(self, connection: Any) -> Sequence[Identity | None]:
        """The files that a new connection has opened: the database, its log, and the index."""
        if not self._path:
            return ()
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # opens the log
        return [_identity(self._path + suffix) for suffix in FILES]

    def require(self, opened: Sequence[Identity | None] | None = None) -> None:
        """Raise OperationalError when the files at the path are not those that were opened.

        What is committed to a removed file is lost when the process ends. Costs a stat a file, about a microsecond.
        """
        if not self._path:
            return
        expected = [self._identity] if opened is None else list(opened)
        if [_identity(self._path + suffix) for suffix in FILES[: len(expected)]] != expected:
            reason = "its file was removed, renamed or replaced while it was open; stop Farthing and put it back"
            raise OperationalError("BEGIN", None, sqlite3.OperationalError(reason))

    def _close_to_others(self) -> None:
        for suffix in FILES:
            path = Path(self._path + suffix)
            if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
                close_to_others(path, PRIVATE_FILE)


def _identity(path: str) -> Identity | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path would cost as much as the question
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
