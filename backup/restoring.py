"""Restores a backup: aside, proved there, and only then switched on. It never touches a database that holds anything.

Receipt numbers that may have been given out since the backup was made are left out before anybody can take one.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from sqlalchemy.engine import Engine

from backup.archive import unpack
from backup.filling import PostgresqlDatabase, RestoreTarget, SqliteFile
from backup.manifest import BooksState, Manifest
from backup.place import DATABASE_FILES, TWIN, TWIN_KEYS, InstallationPlace
from backup.store import faults_of, open_to_others, row_counts
from compliance.kept_by_law import KEPT_BY_LAW
from database.engine import open_database
from database.migrating import REVISION, migrate
from database.sqlite_files import PRIVATE_FILE
from database.transactions import reading
from ledger.entry import book_date
from payments.erasing.erasure_list import ERASURE_LIST, ErasureList, repeat_erasures
from payments.settlement.receipts_since import receipts_since
from payments.stripe.lists import StripeLists
from payments.stripe.receipt_notes import ReceiptNotes
from receipts.document_store import leave_out_documents
from receipts.store import last_numbers, leave_out
from staff.act import Subject, by_command
from staff.changing import changing

OpenedStripe = Callable[[Path, str], AbstractContextManager[tuple[StripeLists, ReceiptNotes]]]
"""Opens Stripe for an installation's mark; in a sandbox the twin whose file and keys are in this folder."""


@dataclass(frozen=True, slots=True)
class StoppedInstallation:
    """What a restore needs of an installation that does not run: its place, the zone of its days, and Stripe."""

    place: InstallationPlace
    zone: tzinfo
    stripe: OpenedStripe


class NotForHere(RuntimeError):
    """The backup is of another kind of database, mode or version than this installation."""


class NotProved(RuntimeError):
    """What was restored aside is not what was packed, or does not pass its audit. It was not switched on."""


@dataclass(frozen=True, slots=True)
class RestoreRules:
    """`skipped`: so many numbers are left out, and Stripe is not asked.

    `accept_faults`: switch on what does not pass its audit.
    """

    now: datetime
    skipped: int | None = None
    accept_faults: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What is switched on: the backup's manifest, the receipt numbers left out by year, and faults of its audit.

    `erased_again` are donors who were erased after the backup; the worker erases them once more.
    """

    manifest: Manifest
    left_out: Mapping[int, range]
    faults: tuple[str, ...]
    erased_again: int = 0


def restore_backup(
    installation: StoppedInstallation, file: Path, passphrase: str | None, rules: RestoreRules
) -> Restored:
    """Restore the backup. Until its last step nothing is changed, and a restore that is cut off can be begun anew.

    Raises NotABackup, WrongPassphrase, NotForHere, LiveDatabase, NotProved, what the database's programs raise, and
    StripeAway or StripeRefused.
    """
    place = installation.place
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=place.folder) as folder:
        side = Path(folder)
        manifest = unpack(file, passphrase, side)
        _require_fit(place, manifest.state)
        target = SqliteFile(place, side) if place.database == "sqlite" else PostgresqlDatabase(place, side)
        target.require_empty()
        try:
            target.fill()
            restored = _switched_on(installation, target, side, manifest, rules)
        except BaseException:
            target.abandon()
            raise
        target.switch()
    return restored


def _require_fit(place: InstallationPlace, state: BooksState) -> None:
    if state.mode != place.mode:
        raise NotForHere(
            f"The backup holds {state.mode} money, and this installation is in {place.mode} mode. Nothing was changed."
            f" Set the Stripe key of the {state.mode} installation."
        )
    if state.database != place.database:
        raise NotForHere(
            f"The backup is of {state.database}, and this installation uses {place.database}. Nothing was changed."
            f" A backup goes back into the kind of database that it came from:"
            f" {'set' if state.database == 'postgresql' else 'leave out'} FARTHING_DATABASE_URL."
        )
    if state.revision > REVISION:
        raise NotForHere(
            f"The backup is of version {state.revision}, newer than this program ({REVISION}). Nothing was changed."
            " Restore it with the Farthing that made it, or a newer one."
        )


def _switched_on(
    installation: StoppedInstallation,
    target: RestoreTarget,
    side: Path,
    manifest: Manifest,
    rules: RestoreRules,
) -> Restored:
    """Prove what was filled, leave out the numbers, put the keys in place, and open it to everybody."""
    place = installation.place
    engine = open_database(target.address, durable=place.durable)
    try:
        faults = _proved(engine, target.address, manifest, accept=rules.accept_faults)
        last = _last_numbers_ever(engine, installation, side, manifest, rules)
        _put_keys(place, side, (file.name for file in manifest.files))
        with changing(engine, by_command("restore"), rules.now) as change:
            left_out = {
                year: leave_out(change.conn, year, number, backup_made_at=manifest.made_at, now=rules.now)
                for year, number in sorted(last.items())
            }
            left_out = {year: numbers for year, numbers in left_out.items() if numbers}
            leave_out_documents(
                change.conn, _years(installation, manifest, rules), sum(len(numbers) for numbers in left_out.values()),
                backup_made_at=manifest.made_at, now=rules.now,
            )  # fmt: skip
            gaps = {str(year): [numbers[0], numbers[-1]] for year, numbers in left_out.items()}
            after = {"backup_made_at": manifest.made_at.isoformat(), "receipt_numbers_left_out": gaps}
            erasures = ErasureList(place.folder / ERASURE_LIST)
            erased_again = repeat_erasures(change.conn, erasures, rules.now, KEPT_BY_LAW)
            change.record("backup.restore", Subject("installation", manifest.state.installation), after=after)
            if target.is_closed:
                open_to_others(change.conn)
    finally:
        engine.dispose()
    return Restored(manifest, left_out, faults, erased_again)


def _proved(engine: Engine, address: str, manifest: Manifest, *, accept: bool) -> tuple[str, ...]:
    """Every row is there, and the audit finds no more than it found when the backup was made; returns the faults."""
    with reading(engine) as conn:
        rows, revision = row_counts(conn), manifest.state.revision
    if rows != manifest.state.rows:
        differing = {name for name, _ in rows.items() ^ manifest.state.rows.items()}
        raise NotProved(f"Rows are missing or too many in {', '.join(sorted(differing))}. It was not switched on.")
    if revision != REVISION:
        migrate(address)
    with reading(engine) as conn:
        faults = faults_of(conn, manifest.made_at)
    if not accept and (new := sorted(set(faults) - set(manifest.state.faults or ()))):
        raise NotProved(
            f"Its audit fails: {', '.join(new)}. It was not switched on, and nothing was changed."
            " Try the backup before. To look at this one all the same: --even-if-the-audit-fails"
        )
    return faults


def _last_numbers_ever(
    engine: Engine, installation: StoppedInstallation, side: Path, manifest: Manifest, rules: RestoreRules
) -> dict[int, int]:
    """The last number of each year that may have been given out, by this database or by one that went on without it."""
    zone, mark = installation.zone, manifest.state.installation
    with reading(engine) as conn:
        last = last_numbers(conn)
    if rules.skipped is not None:
        return {year: last.get(year, 0) + rules.skipped for year in _years(installation, manifest, rules)}
    with installation.stripe(_twin_folder(installation.place, side), mark) as (lists, notes):
        counts = receipts_since(engine, lists, mark, zone, manifest.made_at, rules.now)
        noted = notes.read()
        ever = {year: max(last.get(year, 0), noted.get(year, 0)) + count for year, count in counts.items()}
        ever = {year: number for year, number in ever.items() if number > last.get(year, 0)}
        if ever:  # noted before anybody can take a number, so that another restore begins after it
            notes.write(ever)
    return ever


def _years(installation: StoppedInstallation, manifest: Manifest, rules: RestoreRules) -> range:
    """The years in which numbers may have been given out since the backup was made."""
    zone = installation.zone
    return range(book_date(manifest.made_at, zone).year, book_date(rules.now, zone).year + 1)


def _twin_folder(place: InstallationPlace, side: Path) -> Path:
    """Where a sandbox's Stripe is: it is not wound back, unless there is none."""
    return place.folder if place.twin is not None and place.twin.exists() else side


def _put_keys(place: InstallationPlace, side: Path, names: Iterable[str]) -> None:
    """Put the keys in place. A key that is there and differs is kept under another name; a twin keeps its own."""
    kept = {TWIN, TWIN_KEYS} if place.twin is not None and place.twin.exists() else set[str]()
    targets = dict(place.keys) | ({TWIN: place.twin} if place.twin is not None else {})
    for name in names:
        target = targets.get(name)
        if name in DATABASE_FILES.values() or name in kept or target is None:
            continue
        if target.exists() and target.read_bytes() != (side / name).read_bytes():
            target.rename(target.with_name(f"{target.name}.before-restore"))
        shutil.copyfile(side / name, target)
        target.chmod(PRIVATE_FILE)
