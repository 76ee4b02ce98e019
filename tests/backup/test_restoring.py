"""A backup comes back on another machine, proved; nothing is overwritten, and no receipt number is given out twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backup.archive import pack, unpack
from backup.filling import LiveDatabase, PostgresqlDatabase
from backup.place import InstallationPlace
from backup.restoring import NotForHere, NotProved, Restored, RestoreRules, StoppedInstallation, restore_backup
from backup.taking import take_backup
from database.engine import open_database
from database.migrating import RESTORING, WrongVersion, require_revision
from database.transactions import booking, reading
from ledger.tables import total
from payments.stripe.gateway import StripeAway
from payments.stripe.lists import StripeLists
from payments.stripe.receipt_notes import ReceiptNotes
from processes import claim_sandbox, claim_stopped
from proof.canonical import canonical
from receipts.store import last_numbers
from settings import BadSettings, read_settings
from staff.tables import act
from tests.backup.giving import Giving
from tests.payments.conftest import LONDON
from tests.payments.organisation_books import NOON
from tests.sandbox.loopback import KEY


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "farthing.backup"


def restore(giving: Giving, place: InstallationPlace, file: Path, **rules: object) -> Restored:
    """Restore, with the twin as Stripe."""

    @contextmanager
    def stripe(_folder: Path, mark: str) -> Iterator[tuple[StripeLists, ReceiptNotes]]:
        yield giving.account.lists, ReceiptNotes(KEY, mark, api_base=giving.url)

    now = giving.twin.now()
    return restore_backup(
        StoppedInstallation(place, LONDON, stripe),
        file,
        None,
        replace(RestoreRules(now), **rules),  # type: ignore[arg-type]
    )


def exported(address: str) -> list[str]:
    """The canonical export of a database."""
    engine = open_database(address, durable=False)
    with reading(engine) as conn:
        lines = list(canonical(conn))
    engine.dispose()
    return lines


def asked(address: str, question: sa.Select[Any]) -> list[tuple[object, ...]]:
    """The answer of a database."""
    engine = open_database(address, durable=False)
    with reading(engine) as conn:
        answer = [tuple(row) for row in conn.execute(question)]
    engine.dispose()
    return answer


def test_a_backup_comes_back_on_another_machine(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path
) -> None:
    """The same books, the key, and an act that says so. With nothing issued since, no number is left out."""
    giving.give("Ann", 25)
    giving.account.deliver()
    giving.account.settle()
    take_backup(place, target, giving.twin.now(), None)
    restored = restore(giving, elsewhere, target)

    assert exported(elsewhere.address) == exported(place.address)
    assert (restored.left_out, restored.faults) == ({}, ())
    assert (elsewhere.folder / "secret.key").read_text() == "a secret\n"
    assert (elsewhere.folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert asked(elsewhere.address, sa.select(act.c.what, act.c.who)) == [("backup.restore", "./farthing restore")]
    assert sorted(path.name for path in elsewhere.folder.iterdir()) == (
        ["secret.key", "test.db"] if place.database == "sqlite" else ["secret.key"]
    )


def test_numbers_that_may_have_been_given_out_since_are_left_out(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path
) -> None:
    """B, C and a monthly gift came after the backup, a declined card and money of a stranger as well.

    Restored once more from the same backup, the numbers go on after those of the first restore.
    """
    giving.give("Ann", 25)
    giving.account.deliver()
    take_backup(place, target, giving.twin.now(), None)
    giving.give("Ben", 30)
    giving.give("Cleo", 25)
    giving.give("Mary", 8, monthly=True)
    giving.account.pay(4000)
    giving.account.deliver()
    restored = restore(giving, elsewhere, target)

    assert restored.left_out == {2026: range(2, 5)}
    engine = open_database(elsewhere.address, durable=False)
    with reading(engine) as conn:
        assert last_numbers(conn) == {2026: 4}
    engine.dispose()
    assert ReceiptNotes(KEY, place_mark(place), api_base=giving.url).read() == {2026: 4}


def place_mark(place: InstallationPlace) -> str:
    """The mark of an installation."""
    [(mark,)] = asked(place.address, sa.select(sa.column("mark")).select_from(sa.table("installation_mark")))
    return str(mark)


def test_another_restore_from_the_same_backup_goes_on_after_the_first(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path, tmp_path: Path
) -> None:
    """What was issued between the two restores has numbers that the backup does not know; the note at Stripe does."""
    giving.give("Ann", 25)
    giving.account.deliver()
    take_backup(place, target, giving.twin.now(), None)
    giving.give("Ben", 30)
    assert restore(giving, elsewhere, target).left_out == {2026: range(2, 3)}
    _make_empty(elsewhere)

    assert restore(giving, elsewhere, target).left_out == {2026: range(2, 4)}


def _make_empty(place: InstallationPlace) -> None:
    if place.database == "sqlite":
        place.file.unlink()
    else:
        PostgresqlDatabase(place, place.folder).abandon()


def test_over_the_new_year_each_series_has_its_gap(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path
) -> None:
    """A gift of the old year may have got its receipt in the new one, a gift of the new year not in the old."""
    giving.give("Ann", 25)
    giving.account.deliver()
    take_backup(place, target, giving.twin.now(), None)
    giving.give("Ben", 30)
    giving.twin.advance(timedelta(days=60))
    giving.give("Cleo", 25)

    assert restore(giving, elsewhere, target).left_out == {2026: range(2, 3), 2027: range(1, 3)}


def test_a_database_that_holds_anything_is_never_restored_over(
    giving: Giving, place: InstallationPlace, target: Path
) -> None:
    """Not even with the same."""
    giving.give("Ann", 25)
    giving.account.deliver()
    before = exported(place.address)
    take_backup(place, target, giving.twin.now(), None)
    giving.books.engine.dispose()
    with pytest.raises(LiveDatabase):
        restore(giving, place, target)

    assert exported(place.address) == before


def test_books_that_were_changed_before_they_were_packed_are_not_switched_on(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path, tmp_path: Path
) -> None:
    """Unless the backup says that its audit found the same then. A refused restore leaves nothing behind."""
    giving.give("Ann", 25)
    giving.account.deliver()
    sound = take_backup(place, target, giving.twin.now(), None)
    with booking(giving.books.engine) as conn:
        conn.execute(sa.update(total).values(debit_minor=total.c.debit_minor + 1).where(total.c.debit_minor > 0))
    bad = tmp_path / "bad.backup"
    assert "totals" in (take_backup(place, bad, NOON, None).state.faults or ())
    restored = restore(giving, elsewhere, bad)
    assert "totals" in restored.faults
    _make_empty(elsewhere)
    _repack_with_faults(bad, sound.state.faults)
    with pytest.raises(NotProved, match="totals"):
        restore(giving, elsewhere, bad)

    assert not (elsewhere.database == "sqlite" and elsewhere.file.exists())
    assert restore(giving, elsewhere, bad, accept_faults=True).faults == restored.faults


def _repack_with_faults(file: Path, faults: tuple[str, ...] | None) -> None:
    """Let the manifest of a backup say that its audit found this."""
    folder = file.with_suffix(".unpacked")
    folder.mkdir()
    manifest = unpack(file, None, folder)
    file.unlink()
    changed = replace(manifest, state=replace(manifest.state, faults=faults))
    pack(file, changed, {packed.name: folder / packed.name for packed in manifest.files}, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"mode": "live"}, "holds test money, and this installation is in live mode"),
        ({"address": "other"}, "A backup goes back into the kind of database that it came from"),
    ],
)
def test_a_backup_of_another_kind_is_refused_with_a_sentence(
    giving: Giving,
    place: InstallationPlace,
    elsewhere: InstallationPlace,
    target: Path,
    change: dict[str, str],
    sentence: str,
) -> None:
    """Play money never becomes real; SQLite's file is no dump."""
    take_backup(place, target, NOON, None)
    if change.get("address"):
        change = {"address": "sqlite:////nowhere/x.db" if place.database == "postgresql" else "postgresql+psycopg:///x"}
    with pytest.raises(NotForHere, match=sentence):
        restore(giving, replace(elsewhere, **change), target)  # type: ignore[arg-type]


def test_without_stripe_nothing_is_switched_on_unless_numbers_are_skipped(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path
) -> None:
    """How many receipts were issued cannot be guessed."""
    take_backup(place, target, NOON, None)
    away = replace(giving, url="http://127.0.0.1:9")
    away = replace(away, account=replace(giving.account, lists=StripeLists(KEY, api_base=away.url)))
    with pytest.raises(StripeAway):
        restore(away, elsewhere, target)

    assert restore(away, elsewhere, target, skipped=10).left_out == {2026: range(1, 11)}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_restore_that_was_cut_off_keeps_everybody_out_and_can_be_begun_anew(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path
) -> None:
    """Where the database itself is filled. SQLite has a side place: what is cut off was never at its own."""
    take_backup(place, target, NOON, None)
    engine = open_database(elsewhere.address, durable=False)
    with booking(engine) as conn:
        conn.execute(sa.text(f"CREATE TABLE {RESTORING} (since timestamptz)"))
        conn.execute(sa.text("CREATE TABLE half (id integer)"))
    with pytest.raises(WrongVersion, match="cut off"):
        require_revision(engine)
    engine.dispose()
    restore(giving, elsewhere, target)

    assert exported(elsewhere.address) == exported(place.address)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_nobody_may_be_connected(
    giving: Giving, place: InstallationPlace, elsewhere: InstallationPlace, target: Path
) -> None:
    """A Farthing that runs on the empty database would fill it as well."""
    take_backup(place, target, NOON, None)
    engine = open_database(elsewhere.address, durable=False)
    with engine.connect(), pytest.raises(LiveDatabase, match="connected"):
        restore(giving, elsewhere, target)
    engine.dispose()


def test_beside_a_running_sandbox_the_way_out_is_a_restores(tmp_path: Path) -> None:
    """Not the one of `run`."""
    settings = read_settings(var_dir=tmp_path, sandbox=True)
    claim_sandbox(settings)  # until this process ends
    with pytest.raises(BadSettings, match="restore into an empty place: --var-dir DIR"):
        claim_stopped(settings)
