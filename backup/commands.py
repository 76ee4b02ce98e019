"""The commands `backup` and `restore`: one file that holds the whole installation, and the way back."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from backup.archive import BackupExists, WeakPassphrase, WrongPassphrase, is_encrypted
from backup.filling import LiveDatabase
from backup.manifest import Manifest, NotABackup
from backup.place import InstallationPlace
from backup.restoring import NotForHere, NotProved, Restored, RestoreRules, StoppedInstallation, restore_backup
from backup.retention import dated_name, is_dated, remove_older
from backup.taking import NothingToBackUp, take_backup
from called_as import CommandConsole
from database.instants import Clock
from database.postgresql_dump import NoProgram, NotDumped
from database.sqlite_copy import DamagedDatabase
from database.sqlite_files import close_folder
from payments.stripe.gateway import StripeAway, StripeRefused

ExplainedErrors = Callable[[], AbstractContextManager[None]]
"""Prints an error of the settings or the database as a sentence, and ends the command."""
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]
Keep = Annotated[
    int | None, typer.Option(min=1, help="Afterwards remove the oldest of the same dated name, down to so many.")
]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="Encrypt with the first line of this file, which only you may read.")
]
AskPassphrase = Annotated[bool, typer.Option("--ask-passphrase", help="Encrypt with a passphrase that you type.")]
ReadPassphrase = Annotated[Path | None, typer.Option(help="Where its passphrase is; else you are asked for it.")]
SkipNumbers = Annotated[
    int | None,
    typer.Option(
        "--skip-receipt-numbers",
        min=0,
        max=100_000,
        help="Leave out so many receipt numbers instead of asking Stripe how many may have been given out since.",
    ),
]
AcceptFaults = Annotated[
    bool, typer.Option("--even-if-the-audit-fails", help="Switch on books that do not pass their audit.")
]
BACKUP_ERRORS = (BackupExists, WeakPassphrase, NothingToBackUp, NotABackup, NoProgram, NotDumped, DamagedDatabase)
RESTORE_ERRORS = (
    NotABackup,
    WrongPassphrase,
    NotForHere,
    NotProved,
    LiveDatabase,
    NoProgram,
    NotDumped,
    DamagedDatabase,
)

out = CommandConsole(highlight=False, soft_wrap=True)
complain = CommandConsole(stderr=True, highlight=False, soft_wrap=True)


def add_backup_command(
    app: typer.Typer, place_of: Callable[[Path | None], InstallationPlace], explained: ExplainedErrors, clock: Clock
) -> None:
    """Add the command. `place_of` says where this installation keeps what a backup holds."""

    @app.command()
    def backup(
        file: Annotated[Path, typer.Argument(help="The file to write; in a folder, a file with a dated name.")],
        keep: Keep = None,
        passphrase_file: PassphraseFile = None,
        ask_passphrase: AskPassphrase = False,
        var_dir: VarDir = None,
    ) -> None:
        """Write everything into one file, while Farthing runs: database, pictures, receipts, keys."""
        passphrase = _new_passphrase(passphrase_file, ask=ask_passphrase)
        with explained(), refusals_as_sentences(*BACKUP_ERRORS):
            place, now = place_of(var_dir), clock()
            target = file / dated_name(place.mode, now, encrypted=passphrase is not None) if file.is_dir() else file
            _require_place(target, dated=keep is not None)
            manifest = take_backup(place, target, now, passphrase)
            removed = remove_older(target, keep) if keep is not None else []
        _print_backup(target, manifest, removed, encrypted=passphrase is not None)


def add_restore_command(
    app: typer.Typer, stopped: Callable[[Path | None], StoppedInstallation], explained: ExplainedErrors, clock: Clock
) -> None:
    """Add the command. `stopped` gives the installation, and makes sure that it does not run meanwhile."""

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that `backup` has written.")],
        passphrase_file: ReadPassphrase = None,
        skipped: SkipNumbers = None,
        accept_faults: AcceptFaults = False,
        var_dir: VarDir = None,
    ) -> None:
        """Bring a backup back, into an empty place; it is proved before it is switched on."""
        passphrase = passphrase_in(passphrase_file) if passphrase_file else None
        if passphrase is None and is_encrypted(file):
            passphrase = str(typer.prompt("Passphrase", hide_input=True))
        with explained(), refusals_as_sentences(*RESTORE_ERRORS), _stripe_away_as_a_sentence():
            installation = stopped(var_dir)
            close_folder(installation.place.folder)
            restored = restore_backup(installation, file, passphrase, RestoreRules(clock(), skipped, accept_faults))
        for line in restored_lines(restored):
            out.print(line, markup=False)


def restored_lines(restored: Restored) -> list[str]:
    """What is in place now, and what is to be done next."""
    state = restored.manifest.state
    marks = [f"{name} {at:%Y-%m-%d %H:%M:%S}" for name, at in sorted(state.marks.items()) if at is not None]
    return [
        f"Restored: {sum(state.rows.values()):,} rows, as of {restored.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC.",
        f"What its audit does not pass: {', '.join(restored.faults)}." if restored.faults else "Its audit passes.",
        *(
            f"Receipts {numbers[0]} to {numbers[-1]} of {year} are left out: they may have been given out since."
            for year, numbers in restored.left_out.items()
        ),
        *(
            [f"Erased after the backup, and erased again as soon as Farthing runs: {restored.erased_again}."]
            if restored.erased_again
            else []
        ),
        f"At Stripe, reconcile goes on from: {', '.join(marks)} (UTC)."
        if marks
        else "No list of Stripe's was read before the backup: reconcile begins with the first gift.",
        "Start Farthing, and run ./farthing reconcile. Gifts that only Stripe knows are then listed on the desk.",
    ]


@contextmanager
def _stripe_away_as_a_sentence() -> Iterator[None]:
    try:
        yield
    except (StripeAway, StripeRefused) as error:
        complain.print(
            f"Stripe cannot be asked how many receipts were issued since ({error}). Nothing was changed. Try again; or"
            " leave out more numbers than gifts can have come since: --skip-receipt-numbers 500",
            style="red", markup=False,
        )  # fmt: skip
        raise typer.Exit(2) from None


def _new_passphrase(file: Path | None, *, ask: bool) -> str | None:
    if file is not None:
        return passphrase_in(file)
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)) if ask else None


def passphrase_in(file: Path) -> str:
    """The first line of a file that nobody else can read."""
    try:
        mode, lines = file.stat().st_mode, file.read_text().splitlines()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read ({error.strerror}). Nothing was changed.") from None
    # systemd lends a credential by an access list, which stands in the group's place.
    lent = file.parent == Path(os.environ.get("CREDENTIALS_DIRECTORY", ""))
    if mode & (0o037 if lent else 0o077):
        raise typer.BadParameter(f"Others can read {file}. Nothing was changed. As its owner: chmod 600 {file}")
    if not lines or not lines[0].strip():
        raise typer.BadParameter(f"{file} has no passphrase on its first line. Nothing was changed.")
    return lines[0].strip()


def _require_place(target: Path, *, dated: bool) -> None:
    if not target.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {target.parent}. Nothing was changed: make it first.")
    if dated and not is_dated(target):
        raise typer.BadParameter(
            "--keep removes older backups by their dated names: name a folder, and the file gets such a name."
        )


def _print_backup(target: Path, manifest: Manifest, removed: list[Path], *, encrypted: bool) -> None:
    rows, size = sum(manifest.state.rows.values()), target.stat().st_size
    at = f"{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
    out.print(f"{target}: {size:,} bytes with {rows:,} rows, as of {at}. It was read back, and is whole.", markup=False)
    for path in removed:
        out.print(f"Removed {path}, which is older.", markup=False)
    if not encrypted:
        out.print("It is not encrypted: whoever has it reads every donor's name. --passphrase-file encrypts it.")
    if manifest.state.faults:
        complain.print(f"./farthing audit finds: {', '.join(manifest.state.faults)}. The backup has it as it is.")


@contextmanager
def refusals_as_sentences(*refusals: type[Exception]) -> Iterator[None]:
    """Print what is refused as one sentence, and exit with 2."""
    try:
        yield
    except refusals as refusal:
        complain.print(str(refusal), style="red", markup=False)
        raise typer.Exit(2) from None
