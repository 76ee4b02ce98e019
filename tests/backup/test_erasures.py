"""A restore repeats the erasures that came after the backup."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from backup.place import InstallationPlace
from backup.taking import take_backup
from compliance.kept_by_law import KEPT_BY_LAW
from database.engine import open_database
from database.transactions import booking
from donors.tables import donor
from outbox.worker import Worker
from payments.erasing.erasure_list import ERASURE_LIST, ErasureList, repeat_erasures
from payments.erasing.jobs import erasing_jobs
from tests.backup.giving import Giving
from tests.backup.test_restoring import asked, restore
from tests.payments.organisation_books import NOON


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Restoring and erasing are proved on both engines elsewhere."""
    return sqlite_url


def test_whoever_was_erased_since_the_backup_is_erased_again(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, tmp_path: Path
) -> None:
    """From the list beside the lost database; another donor stays, and a spoilt line stops nothing."""
    target = tmp_path / "farthing.backup"
    for name in ("Ann", "Ben"):
        giving.give(name, 25)
    giving.account.deliver()
    giving.account.settle()
    take_backup(place, target, giving.twin.now(), None)
    donors = {name: str(row_id) for name, row_id in asked(place.address, sa.select(donor.c.name, donor.c.id))}
    erasures = ErasureList(elsewhere.folder / ERASURE_LIST)
    erasures.path.write_text('{"at": "2026-11-2')
    for ids in ([donors["Ann"]], [donors["Ann"]], ["somebody-since"]):
        erasures.note(ids, giving.twin.now())
    assert erasures.read() == [[donors["Ann"]], ["somebody-since"]]

    restored = restore(giving, elsewhere, target)
    assert restored.erased_again == 1
    engine = open_database(elsewhere.address, durable=False)
    Worker(engine, erasing_jobs(engine, giving.twin.now, erasures.note), giving.twin.now).run_due()
    engine.dispose()
    assert asked(elsewhere.address, sa.select(donor.c.name).order_by(donor.c.name)) == [("",), ("Ben",)]
    assert repeated(elsewhere, erasures) == 0, "asked for once"


def repeated(place: InstallationPlace, erasures: ErasureList) -> int:
    """How many erasures of the list this database still lacks."""
    engine = open_database(place.address, durable=False)
    with booking(engine) as conn:
        count = repeat_erasures(conn, erasures, NOON, KEPT_BY_LAW)
    engine.dispose()
    return count
