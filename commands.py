"""The command line: `./farthing COMMAND`. It parses and prints; `installation` and `main` do the building."""

import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from backup.commands import add_backup_command, add_restore_command
from called_as import CommandConsole
from campaigns.commands import add_campaign_commands
from database.engine import NotDurable, open_database
from database.instants import utc_now
from database.migrating import REVISION, WrongMode, WrongVersion, require_mode, require_revision
from database.sqlite_files import NoFolder, OpenFolder
from database.transactions import reading
from development.commands import DEVELOPERS, add_development_commands
from installation import (
    SANDBOX_PATH,
    Installation,
    environment_file,
    installation_place,
    open_installation,
    prepare,
    record_address,
    running_address,
    set_up,
    web_address,
)
from ledger.finding import Finding
from main import check_up
from payments.inbox.keep import replay as replay_kept
from payments.settlement.reconcile import Reconciliation
from payments.settlement.reconcile_command import reconcile_with_progress
from payments.statements.commands import StatementPorts, add_statement_command
from planting import is_new_sandbox, plant
from processes import address_of, bind, claim_sandbox, claim_stopped, freeze_garbage_collector, serve, work
from proof.commands import add_proof_commands
from receipts.commands import add_receipt_commands
from sandbox.commands import sandbox_commands
from sandbox.keys import sandbox_keys
from settings import BadSettings, Settings, read_settings
from setup.commands import add_setup_command
from setup.demo_story import DAYS
from setup.questions import OpenedForSetup, SetupPorts
from setup.views import owner_names
from staff.act import by_command
from staff.changing import changing
from staff.commands import add_staff_commands
from staff.role import Role
from staff.sign_in import NotAnEmail, invite, link_address
from supervisor import Child, Supervisor, run_apart
from web.logs import write_logs

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local values, and so secrets
    help="Farthing: donations whose every penny can be proved.",
)
app.add_typer(sandbox_commands, name="sandbox", rich_help_panel=DEVELOPERS)
out = CommandConsole(highlight=False, soft_wrap=True)
errors = CommandConsole(stderr=True, highlight=False, soft_wrap=True)

Port = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]


@app.command()
def run(
    port: Port = None,
    var_dir: VarDir = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="Begin a new sandbox without its demonstration month.")
    ] = False,
) -> None:
    """Everything: migrate, print where to go, and serve (on the built-in Stripe twin without a key)."""
    with _errors_as_sentences():
        settings = read_settings(port=port, var_dir=var_dir)
        claim_sandbox(settings)
        planted = not empty and is_new_sandbox(settings)
        prepare(settings)
        listening = bind(settings)
        address = settings.base_url or address_of(listening)
        if planted:
            _plant_demonstration(settings, address)
        record_address(settings, address)
        _print_addresses(settings, address)
        children = [
            Child("web", lambda beat: serve(settings, address, listening, beat)),
            Child("worker", lambda beat: work(settings, address, listening, beat), vital=False),
        ]
        status = Supervisor(children, listening).run()
        with _open_books(settings.var_dir):  # folds in SQLite's log if a child had to be killed
            raise typer.Exit(status)


@app.command()
def web(
    port: Port = None,
    var_dir: VarDir = None,
    fd: Annotated[int | None, typer.Option(help="A listening socket that the caller passes.")] = None,
) -> None:
    """The web alone, for production: any number of them on one PostgreSQL."""
    with _errors_as_sentences():
        settings = read_settings(port=port, var_dir=var_dir)
        claim_sandbox(settings)
        listening = socket.socket(fileno=fd) if fd is not None else bind(settings)
        address = settings.base_url or address_of(listening)
        record_address(settings, address)
        serve(settings, address, listening)


@app.command()
def worker(var_dir: VarDir = None) -> None:
    """The worker alone, for production: prints receipts, and tries again what failed."""
    with _errors_as_sentences():
        work(read_settings(var_dir=var_dir), None)


@app.command()
def migrate(var_dir: VarDir = None) -> None:
    """Bring the database to this version's shape. Make a backup first."""
    with _errors_as_sentences():
        prepare(read_settings(var_dir=var_dir))
        out.print(f"The database is at version {REVISION}.")


@app.command()
def replay(var_dir: VarDir = None) -> None:
    """Try every kept delivery again that is not in the books (dead letters)."""
    with _errors_as_sentences():
        with _opened_installation(read_settings(var_dir=var_dir)) as installation:
            result = replay_kept(installation.engine, installation.bookkeeper, utc_now(), only_due=False)
        out.print(
            f"{result.tried} tried, {result.applied} now in the books, {result.tried - result.applied} still waiting."
        )


@app.command()
def reconcile(port: Port = None, var_dir: VarDir = None) -> None:
    """Read from Stripe's lists what no message brought; prints what that recovered. Safe at any time."""
    with _errors_as_sentences(), _opened_installation(read_settings(port=port, var_dir=var_dir), port) as installation:
        reconciliation = Reconciliation(
            installation.engine, installation.bookkeeper, installation.lists, installation.clock
        )
        freeze_garbage_collector()
        raise typer.Exit(reconcile_with_progress(reconciliation, out, errors))


@sandbox_commands.callback()
def find_twin(context: typer.Context, var_dir: VarDir = None) -> None:
    """The Stripe twin of the sandbox."""
    with suppress(BadSettings):  # `serve`, `replay` and `soak` need no installation
        settings = read_settings(var_dir=var_dir)
        at = web_address(settings) + SANDBOX_PATH
        context.default_map = {str(context.invoked_subcommand): {"at": at}}  # what is said on the line comes first
        if settings.mode == "sandbox" and settings.var_dir.exists():
            context.obj = {at: sandbox_keys(settings.var_dir)["api_key"]}  # at a public host the panel wants it


@contextmanager
def _errors_as_sentences() -> Iterator[None]:
    """Print one sentence and exit with 2 when a setting or the database is wrong, instead of a traceback."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
        errors.print(f"The database cannot be used: {reason}. Nothing was changed.", style="red", markup=False)
        raise typer.Exit(2) from None
    except (BadSettings, NoFolder, NotAnEmail, NotDurable, OpenFolder, WrongMode, WrongVersion) as error:
        errors.print(str(error), style="red")
        raise typer.Exit(2) from None


@contextmanager
def _open_database(var_dir: Path | None) -> Iterator[tuple[Settings, Engine]]:
    """This installation's settings and database."""
    with _errors_as_sentences():
        settings = read_settings(var_dir=var_dir)
        engine = open_database(settings.address)
        try:
            require_revision(engine)
            require_mode(engine, settings.mode)
            yield settings, engine
        finally:
            engine.dispose()


@contextmanager
def _opened_installation(settings: Settings, port: int | None = None) -> Iterator[Installation]:
    """This installation; its database is closed afterwards, which folds SQLite's log in."""
    installation = open_installation(settings, web_address(settings, port))
    try:
        yield installation
    finally:
        installation.engine.dispose()


@contextmanager
def _open_books(var_dir: Path | None) -> Iterator[Engine]:
    with _open_database(var_dir) as (_, engine):
        yield engine


@contextmanager
def _open_desk(var_dir: Path | None) -> Iterator[tuple[str, Engine]]:
    """The web address of this installation, and its database."""
    with _open_database(var_dir) as (settings, engine):
        yield web_address(settings), engine
        if settings.base_url is None and running_address(settings) is None:
            errors.print("Nothing answers there yet: ./farthing run starts it.")


def _check_up(var_dir: Path | None) -> list[Finding]:
    """What the doctor finds."""
    with _errors_as_sentences(), _opened_installation(read_settings(var_dir=var_dir)) as installation:
        return check_up(installation)


@contextmanager
def _open_for_statements(var_dir: Path | None) -> Iterator[StatementPorts]:
    with _errors_as_sentences(), _opened_installation(read_settings(var_dir=var_dir)) as installation:
        yield StatementPorts(installation.engine, installation.document_issuer(), utc_now)


@contextmanager
def _open_for_setup(var_dir: Path | None) -> Iterator[OpenedForSetup]:
    with _errors_as_sentences():
        prepare(read_settings(var_dir=var_dir))
    with _open_database(var_dir) as (settings, engine):
        yield OpenedForSetup(set_up(settings, engine, by_command("setup")), web_address(settings))


add_setup_command(app, SetupPorts(environment_file(), _open_for_setup, _check_up, utc_now))
add_development_commands(app)
add_proof_commands(app, _open_books, _check_up)
add_staff_commands(app, _open_desk, utc_now)
add_campaign_commands(app, _open_desk, utc_now)
receipt_commands = add_receipt_commands(app)
add_statement_command(receipt_commands, _open_for_statements)
add_backup_command(app, lambda at: installation_place(read_settings(var_dir=at)), _errors_as_sentences, utc_now)
add_restore_command(app, lambda at: claim_stopped(read_settings(var_dir=at)), _errors_as_sentences, utc_now)


def _plant_demonstration(settings: Settings, address: str) -> None:
    """In a process of its own: the supervisor must have no threads."""
    errors.print(f"Playing {DAYS} days of gifts through the Stripe twin, to have something to show (--empty: none) …")

    def play() -> None:
        write_logs(level=logging.WARNING)
        with Progress(console=errors, transient=True) as progress:
            task = progress.add_task("days", total=None)
            plant(settings, address, lambda day, days: progress.update(task, completed=day, total=days))

    if not run_apart(play):
        errors.print("That did not come to its end; the next start finishes it. Farthing works all the same.")


def _print_addresses(settings: Settings, address: str) -> None:
    out.print(f"[bold]Donors[/bold]     {address}/")
    with _open_database(settings.var_dir) as (_, engine):
        if settings.mode == "sandbox":
            with changing(engine, by_command("run"), utc_now()) as change:
                code = invite(change, "treasurer@sandbox.example", "Treasurer", Role.OWNER)
            out.print(f"[bold]Treasurer[/bold]  {link_address(address, code)}  (once, within 3 days)")
            out.print(f"[bold]Twin[/bold]       {address}/sandbox/  (our own Stripe: no real money moves)")
        else:
            _print_way_in(engine, address)
    if address.startswith("http://"):
        out.print("Plain http: for this machine only. To go live, put https in front (docs/operating.md).")


def _print_way_in(engine: Engine, address: str) -> None:
    """On a first visit a link for the first owner, whose email address is asked for; else how to let somebody in."""
    with reading(engine) as conn:
        is_first = not owner_names(conn)
    email = ""
    if is_first and sys.stdin.isatty():
        email = typer.prompt("Your email address, to let you in at the desk (Enter: later)", "", show_default=False)
    if not email.strip():
        out.print("[bold]Treasurer[/bold]  ./farthing staff add EMAIL prints a link to sign in")
        return
    with changing(engine, by_command("run"), utc_now()) as change:
        code = invite(change, email, "", Role.OWNER)
    out.print(f"[bold]Owner[/bold]      {link_address(address, code)}  (once; the desk says what is still missing)")


if __name__ == "__main__":
    app(prog_name="farthing")
