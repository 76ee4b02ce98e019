"""Where an installation keeps what a backup holds. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

TWIN, TWIN_KEYS = "twin.db", "sandbox-keys.json"
"""The sandbox's Stripe, and the keys by which it is asked: they belong together."""
DATABASE_FILES = {"sqlite": "database.db", "postgresql": "database.sql"}
"""The name that each kind of database has in a backup."""


@dataclass(frozen=True, slots=True)
class InstallationPlace:
    """An installation's mode, its database's address, its folder, and its key files by their names in a backup.

    `twin` is the file of the sandbox's Stripe; None in another mode. Not `durable`: for tests, never for money.
    """

    mode: str
    address: str
    folder: Path
    keys: Mapping[str, Path]
    twin: Path | None
    durable: bool = True

    @property
    def database(self) -> str:
        """The database's kind: sqlite or postgresql."""
        return make_url(self.address).get_backend_name()

    @property
    def file(self) -> Path:
        """SQLite's file."""
        return Path(make_url(self.address).database or "")
