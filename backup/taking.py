"""Takes a backup of a running installation: database, keys and manifest become one file."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from backup.archive import pack, packed, require_strong
from backup.manifest import BooksState, Manifest
from backup.place import DATABASE_FILES, TWIN, InstallationPlace
from backup.store import state_of
from database.engine import open_database
from database.postgresql_dump import dump_postgresql, one_state, server_version
from database.sqlite_copy import copy_sqlite, make_one_file
from database.transactions import reading


class NothingToBackUp(RuntimeError):
    """There is no database yet."""


def take_backup(place: InstallationPlace, target: Path, now: datetime, passphrase: str | None) -> Manifest:
    """Write the backup; who gives, pays or sits at the desk meanwhile is not held up. Returns its manifest.

    Raises NothingToBackUp, BackupExists, WeakPassphrase, DamagedDatabase, NoProgram or NotDumped.
    """
    require_strong(passphrase)
    if place.database == "sqlite" and not place.file.exists():
        raise NothingToBackUp(f"There is no database at {place.file}: nothing was written.")
    # Beside the target: what is staged must fit there anyway, and never leaves the disk that was chosen for it.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as staging:
        files, state = _staged(place, Path(staging), now)
        manifest = Manifest(now, state, tuple(packed(name, path) for name, path in files.items()))
        pack(target, manifest, files, passphrase)
    return manifest


def _staged(place: InstallationPlace, staging: Path, now: datetime) -> tuple[Mapping[str, Path], BooksState]:
    name = DATABASE_FILES[place.database]
    files = {name: staging / name}
    state = _copy_of_sqlite(place, files[name], now) if place.database == "sqlite" else None
    state = state or _dump_of_postgresql(place, files[name], now)
    files |= {key: path for key, path in place.keys.items() if path.exists()}
    if place.twin is not None and place.twin.exists():
        files[TWIN] = staging / TWIN
        copy_sqlite(place.twin, files[TWIN])
    return files, state


def _copy_of_sqlite(place: InstallationPlace, copy: Path, now: datetime) -> BooksState:
    """Copy the file, and look at the copy: it shows one state, whatever is written meanwhile."""
    copy_sqlite(place.file, copy)
    engine = open_database(f"sqlite:///{copy}", durable=False)
    with reading(engine) as conn:
        state = state_of(conn, 0, now)
    engine.dispose()
    make_one_file(copy)
    return state


def _dump_of_postgresql(place: InstallationPlace, dump: Path, now: datetime) -> BooksState:
    """Dump the database, and look at the very state that is dumped."""
    engine = open_database(place.address, durable=place.durable)
    try:
        with one_state(engine) as (conn, snapshot):
            server = server_version(conn)
            state = state_of(conn, server, now)
            dump_postgresql(place.address, snapshot, server, dump)
    finally:
        engine.dispose()
    return state
