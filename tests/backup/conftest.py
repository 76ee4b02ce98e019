"""Books that are backed up, on both engines, and the account at Stripe that knows what came after."""

import os
from pathlib import Path

import pytest

from backup.place import InstallationPlace
from database.engine import open_database
from database.migrating import require_mode
from tests.payments.conftest import books
from tests.payments.settlement.conftest import account
from tests.postgres import _binaries

__all__ = ["account", "books"]


@pytest.fixture(autouse=True)
def _programs_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pg_dump and psql of the version that the tests' server has."""
    monkeypatch.setenv("PATH", f"{_binaries()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> InstallationPlace:
    """An installation of mode test, with a key in a file."""
    engine = open_database(database_url, durable=False)
    require_mode(engine, "test")
    engine.dispose()
    key = tmp_path / "secret.key"
    key.write_text("a secret\n")
    key.chmod(0o600)
    return InstallationPlace("test", database_url, tmp_path, {"secret.key": key}, None, durable=False)
