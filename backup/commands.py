"""The command `backup`: one file that holds the whole installation."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from backup.archive import BackupExists, WeakPassphrase
from backup.manifest import Manifest
from backup.place import InstallationPlace
from backup.retention import dated_name, is_dated, remove_older
from backup.taking import NothingToBackUp, take_backup
from database.instants import Clock
from database.postgresql_dump import NoProgram, NotDumped
from database.sqlite_copy import DamagedDatabase

LocatedInstallation = Callable[[Path | None], AbstractContextManager[InstallationPlace]]
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]
Keep = Annotated[
    int | None, typer.Option(min=1, help="Afterwards remove the oldest of the same dated name, down to so many.")
]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="Encrypt with the first line of this file, which only you may read.")
]
AskPassphrase = Annotated[bool, typer.Option("--ask-passphrase", help="Encrypt with a passphrase that you type.")]
BACKUP_ERRORS = (BackupExists, WeakPassphrase, NothingToBackUp, NoProgram, NotDumped, DamagedDatabase)

out = Console(highlight=False, soft_wrap=True)
complain = Console(stderr=True, highlight=False, soft_wrap=True)


def add_backup_command(app: typer.Typer, located: LocatedInstallation, clock: Clock) -> None:
    """Add the command. `located` says where this installation keeps what a backup holds."""

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
        with refusals_as_sentences(*BACKUP_ERRORS), located(var_dir) as place:
            now = clock()
            target = file / dated_name(place.mode, now, encrypted=passphrase is not None) if file.is_dir() else file
            _require_place(target, dated=keep is not None)
            manifest = take_backup(place, target, now, passphrase)
            removed = remove_older(target, keep) if keep is not None else []
        _print_backup(target, manifest, removed)


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
    if mode & 0o077:
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


def _print_backup(target: Path, manifest: Manifest, removed: list[Path]) -> None:
    rows, size = sum(manifest.state.rows.values()), target.stat().st_size
    at = f"{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
    out.print(f"{target}: {size:,} bytes with {rows:,} rows, as of {at}. It was read back, and is whole.", markup=False)
    for path in removed:
        out.print(f"Removed {path}, which is older.", markup=False)
    if not target.name.endswith(".age"):
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
