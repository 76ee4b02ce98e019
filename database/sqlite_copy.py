"""Copies a SQLite database into one file while it is used."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from database.sqlite import BUSY_TIMEOUT_MS
from database.sqlite_files import PRIVATE_FILE


class DamagedDatabase(RuntimeError):
    """SQLite's own check finds that the file is not a sound database."""


def copy_sqlite(source: Path, copy: Path) -> None:
    """Copy all that is committed. Who reads or writes the source meanwhile is not held up.

    SQLite's backup reads one state of the file in one step: beside a write-ahead log a reader blocks no writer. The
    copy is one file, without a log beside it. Raises DamagedDatabase.
    """
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True)) as used,
        closing(sqlite3.connect(copy)) as copied,
    ):
        used.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        used.backup(copied)
    make_one_file(copy)
    require_sound(copy)


def make_one_file(path: Path) -> None:
    """Fold the log of a database that nobody uses into its file, and keep none beside it."""
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA journal_mode=delete")


def require_sound(path: Path) -> None:
    """Raise DamagedDatabase unless every page, row and index of the file is in order."""
    with closing(sqlite3.connect(path)) as opened:
        try:
            [(verdict,), *_] = opened.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as error:
            verdict = str(error)
    if verdict != "ok":
        raise DamagedDatabase(f"SQLite finds {path.name} damaged: {verdict.splitlines()[0]}.")
