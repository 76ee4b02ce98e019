"""Where a backup is restored to: SQLite's file beside its place, or an empty database of a PostgreSQL server."""

from pathlib import Path

from backup.archive import sync_folder
from backup.place import DATABASE_FILES, InstallationPlace
from backup.store import closing_statement, table_names
from database.engine import open_database
from database.migrating import RESTORING
from database.postgresql_dump import fill_postgresql, is_alone, remove_everything, server_version
from database.sqlite_copy import make_one_file, require_sound
from database.sqlite_files import FILES
from database.transactions import reading


class LiveDatabase(RuntimeError):
    """There is something where the backup should go. It is never overwritten."""


class SqliteFile:
    """A file in a folder beside its place. Nobody sees it before `switch`."""

    def __init__(self, place: InstallationPlace, side: Path) -> None:
        self._place, self._file = place, side / DATABASE_FILES["sqlite"]
        self.address = f"sqlite:///{self._file}"
        self.is_closed = False  # it needs no lock: it is not at its place

    def require_empty(self) -> None:
        """Raise LiveDatabase if there is a database already."""
        for suffix in FILES:
            path = Path(f"{self._place.file}{suffix}")
            if path.exists() and (path.stat().st_size or suffix):
                raise LiveDatabase(
                    f"There is a database at {path}. A backup is never restored over one, and nothing was changed."
                    f" Stop Farthing, move it out of the way (with -wal and -shm, if they are there), and try again:"
                    f" mv {path} {path}.before"
                )

    def fill(self) -> None:
        """It was taken out of the backup already. Raises DamagedDatabase."""
        require_sound(self._file)

    def switch(self) -> None:
        """Put it in its place, in one step."""
        make_one_file(self._file)
        self._file.rename(self._place.file)
        sync_folder(self._place.file.parent)

    def abandon(self) -> None:
        """Its folder is removed by whoever made it."""


class PostgresqlDatabase:
    """An empty database. While it is filled, a table RESTORING keeps every Farthing out of it."""

    def __init__(self, place: InstallationPlace, side: Path) -> None:
        self._place, self._dump = place, side / DATABASE_FILES["postgresql"]
        self.address = place.address
        self.is_closed = True
        self._version = 0

    def require_empty(self) -> None:
        """Raise LiveDatabase if it has tables, or a Farthing is connected. What a cut-off restore left is removed."""
        engine = open_database(self.address, durable=self._place.durable)
        with reading(engine) as conn:
            tables, alone, self._version = table_names(conn), is_alone(conn), server_version(conn)
        engine.dispose()
        if not alone:
            raise LiveDatabase("A Farthing is connected to this database. Nothing was changed. Stop it first.")
        if RESTORING in tables:
            remove_everything(self.address)
        elif tables:
            raise LiveDatabase(
                f"This database has {len(tables)} tables. A backup is never restored over one, and nothing was changed."
                " Make an empty one (createdb NAME), point FARTHING_DATABASE_URL at it, and try again."
            )

    def fill(self) -> None:
        """Run the dump, as one transaction. Raises NoProgram or NotDumped."""
        fill_postgresql(self.address, self._version, self._dump, closing_statement())

    def switch(self) -> None:
        """It is in its place already."""

    def abandon(self) -> None:
        """Leave the database as empty as it was."""
        remove_everything(self.address)


RestoreTarget = SqliteFile | PostgresqlDatabase
"""Where a backup is restored to."""
