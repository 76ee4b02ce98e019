"""A backup is one private file that holds everything, and is read back before it gets its name."""

import gzip
import tarfile
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
import typer
from typer.testing import CliRunner

from backup import archive
from backup.archive import BackupExists, WeakPassphrase, WrongPassphrase, check, unpack
from backup.commands import add_backup_command
from backup.manifest import NotABackup
from backup.place import DATABASE_FILES, InstallationPlace
from backup.retention import dated_name, remove_older
from backup.taking import take_backup
from database import postgresql_dump
from database.postgresql_dump import NoProgram, find_program
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books, gift_id

PASSPHRASE = "four words are enough"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the backup goes."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "farthing.backup"


def test_a_backup_has_the_database_the_keys_and_what_they_are(
    books: Books, place: InstallationPlace, target: Path, tmp_path: Path
) -> None:
    """Also while a connection is open and others write. It is for its owner's eyes, and leaves nothing beside it."""
    books.pledge(1)
    books.deliver(charged(gift=gift_id(1)))
    manifest = take_backup(place, target, NOON, None)

    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]
    assert (manifest.state.mode, manifest.state.database) == ("test", place.database)
    assert (manifest.state.receipts, manifest.state.rows["gift"], manifest.state.faults) == ({2026: 1}, 1, ())
    out = tmp_path / "out"
    out.mkdir()
    assert unpack(target, None, out) == manifest
    assert sorted(path.name for path in out.iterdir()) == sorted([DATABASE_FILES[place.database], "secret.key"])
    assert (out / "secret.key").read_text() == "a secret\n"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_a_passphrase_plain_age_opens_it(place: InstallationPlace, target: Path) -> None:
    """And nobody without it. What is inside is a plain tar."""
    take_backup(place, target, NOON, PASSPHRASE)

    assert target.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert gzip.decompress(pyrage.passphrase.decrypt(target.read_bytes(), PASSPHRASE))[:13] == b"manifest.json"
    for wrong in (None, "three words only"):
        with pytest.raises(WrongPassphrase):
            check(target, wrong)


def test_a_short_passphrase_and_a_taken_name_are_refused(place: InstallationPlace, target: Path) -> None:
    """Before anything is written."""
    with pytest.raises(WeakPassphrase):
        take_backup(place, target, NOON, "password")
    assert not target.exists()
    target.write_text("kept")
    with pytest.raises(BackupExists):
        take_backup(place, target, NOON, None)
    assert target.read_text() == "kept"


@pytest.mark.parametrize("harm", ["cut", "flipped", "added", "not a backup"])
def test_a_damaged_backup_is_refused(place: InstallationPlace, target: Path, harm: str, tmp_path: Path) -> None:
    """Whatever happened to it."""
    take_backup(place, target, NOON, None)
    whole = target.read_bytes()
    if harm == "cut":
        target.write_bytes(whole[: len(whole) // 2])
    elif harm == "flipped":
        content = bytearray(gzip.decompress(whole))
        content[-len(content) // 3] ^= 1
        target.write_bytes(gzip.compress(bytes(content)))
    elif harm == "added":
        _add_a_file(target, tmp_path / "extra")
    else:
        target.write_bytes(gzip.compress(b"\0" * 2048))
    with pytest.raises(NotABackup):
        check(target, None)


def _add_a_file(target: Path, extra: Path) -> None:
    extra.write_text("not ours")
    with tarfile.open(target, "r:gz") as tar:
        members = [(member, tar.extractfile(member)) for member in tar]
        with tarfile.open(target.with_suffix(".new"), "w:gz") as changed:
            for member, content in members:
                changed.addfile(member, content)
            changed.add(extra, arcname="../extra")
    target.with_suffix(".new").replace(target)


def test_what_cannot_be_read_back_gets_no_name(
    place: InstallationPlace, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that loses what it was given must not be found out in the hour of need."""

    def write_half(path: Path, passphrase: str | None) -> None:
        path.write_bytes(path.read_bytes()[:100])
        unpack(path, passphrase, None)

    monkeypatch.setattr(archive, "check", write_half)
    with pytest.raises(NotABackup):
        take_backup(place, target, NOON, None)
    assert list(target.parent.iterdir()) == []


def test_keeping_some_removes_the_oldest_of_the_same_name_only(tmp_path: Path) -> None:
    """Not another mode's, not a later one, and nothing that only looks similar."""
    days = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in range(1, 7)]
    dated = [tmp_path / dated_name("live", day, encrypted=True) for day in days]
    others = [
        tmp_path / name
        for name in ("farthing-live.tar.gz.age", "notes.txt", dated_name("test", days[0], encrypted=True))
    ]
    for path in (*dated, *others):
        path.touch()

    assert remove_older(dated[4], 2) == dated[:3]
    assert sorted(tmp_path.iterdir()) == sorted([*dated[3:], *others])


def test_a_program_older_than_the_server_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; of several the nearest that is new enough is taken."""
    for version in (15, 17, 18):
        program = tmp_path / "postgresql" / str(version) / "bin" / "pg_dump"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.2 (Debian)'\n")
        program.chmod(0o755)
    monkeypatch.setattr(postgresql_dump, "INSTALLED", tmp_path / "postgresql")
    monkeypatch.setenv("PATH", str(tmp_path / "postgresql" / "15" / "bin"))

    assert find_program("pg_dump", 15).parent.parent.name == "15"
    assert find_program("pg_dump", 16).parent.parent.name == "17"
    with pytest.raises(NoProgram, match="pg_dump 18 is older than the server, which is PostgreSQL 19"):
        find_program("pg_dump", 19)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoProgram, match="apt install postgresql-client-17"):
        find_program("psql", 17)


def test_a_backup_is_of_one_moment(books: Books, place: InstallationPlace, target: Path) -> None:
    """Its rows are those of the audit that was made with it."""
    books.pledge(1)
    manifest = take_backup(place, target, NOON, None)
    books.deliver(charged(gift=gift_id(1)))

    assert manifest.state.rows["charge"] == 0


@pytest.mark.parametrize("encrypted", [True, False])
def test_the_command_says_who_can_read_the_file(place: InstallationPlace, tmp_path: Path, *, encrypted: bool) -> None:
    """By what is in the file, whatever its name is."""
    passphrase = tmp_path / "passphrase"
    passphrase.touch(0o600)
    passphrase.write_text(PASSPHRASE)
    app = typer.Typer()
    app.callback()(lambda: None)
    add_backup_command(app, lambda _at: place, nullcontext, lambda: NOON)
    options = ["--passphrase-file", str(passphrase)] if encrypted else []
    result = CliRunner().invoke(app, ["backup", str(tmp_path / "named-by-hand"), *options])
    assert (result.exit_code, "It is not encrypted" in result.output) == (0, not encrypted)
