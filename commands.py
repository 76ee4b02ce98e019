"""The command line: `./farthing COMMAND`. It parses and prints; `installation` and `main` do the building."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from backup.commands import add_backup_command, add_restore_command
from campaigns.commands import add_campaign_commands
from database.engine import NotDurable, open_database
from database.instants import utc_now
from database.migrating import REVISION, WrongMode, WrongVersion, require_mode, require_revision
from database.sqlite_files import OpenFolder
from installation import (
    SANDBOX_PATH,
    Installation,
    installation_place,
    open_installation,
    prepare,
    record_address,
    web_address,
)
from ledger.finding import Finding
from main import check_up
from payments.inbox.keep import replay as replay_kept
from payments.settlement.reconcile import Reconciliation
from payments.settlement.reconcile_command import reconcile_with_progress
from processes import address_of, bind, claim_sandbox, claim_stopped, freeze_garbage_collector, serve, work
from proof.commands import add_proof_commands
from sandbox.commands import sandbox_commands
from sandbox.keys import sandbox_keys
from settings import BadSettings, Settings, read_settings
from staff.act import by_command
from staff.changing import changing
from staff.commands import add_staff_commands
from staff.role import Role
from staff.sign_in import NotAnEmail, invite
from supervisor import Child, Supervisor

HERE = Path(__file__).resolve().parent
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


class Measures(StrEnum):
    """What `bench` can measure."""

    WEBHOOKS = "webhooks"
    MANY_WEBS = "many_webs"
    SETTLEMENT = "settlement"


class Soaks(StrEnum):
    """What `soak` can do for a long time."""

    BACKUP = "backup"
    BOOKS = "books"
    CRASH = "crash"
    SURGE = "surge"
    STALLS = "stalls"
    LOST = "lost"
    WITNESS = "witness"
    RESTARTS = "restarts"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local values, and so secrets
    help="Farthing: donations whose every penny can be proved.",
)
app.add_typer(sandbox_commands, name="sandbox")
out = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Port = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]


@app.command()
def run(port: Port = None, var_dir: VarDir = None) -> None:
    """Everything: migrate, print where to go, and serve (on the built-in Stripe twin without a key)."""
    with _errors_as_sentences():
        settings = read_settings(port=port, var_dir=var_dir)
        claim_sandbox(settings)
        prepare(settings)
        listening = bind(settings)
        address = settings.base_url or address_of(listening)
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


@app.command(context_settings=PASSED_ON)
def test(context: typer.Context) -> None:
    """The whole suite, as CI runs it: lint, types, then every test on both databases."""
    tests = ["-m", "pytest", "-n", "3", "--dist", "worksteal", *context.args]
    if context.args:
        raise typer.Exit(_python(*tests))
    for step in (["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."]):
        errors.print(f"[bold]python {' '.join(step)}[/bold]")
        if status := _python(*step):
            raise typer.Exit(status)
    errors.print(f"[bold]python {' '.join(tests)}[/bold], and beside it python -m mypy")
    # The tests leave a quarter of two cores idle.
    with subprocess.Popen([sys.executable, "-m", "mypy"], cwd=HERE, stdout=subprocess.PIPE, text=True) as types:
        status = _python(*tests) or _on_debians_postgresql(tests)
        report, _ = types.communicate()
    errors.print(report, markup=False)
    raise typer.Exit(status or types.returncode)


def _on_debians_postgresql(tests: Sequence[str]) -> int:
    """What PostgreSQL decides, once more on the version that most servers run."""
    again = [*tests, "tests/database", "tests/ledger", "tests/payments", "-k", "postgresql or many_webs or planner"]
    errors.print(f"[bold]TEST_POSTGRES=debian python {' '.join(again)}[/bold]")
    return _python(*again, TEST_POSTGRES="debian")


@app.command(context_settings=PASSED_ON)
def bench(context: typer.Context, name: Annotated[Measures, typer.Argument()]) -> None:
    """Measure against a floor and a plain baseline in the same run; --json for machines."""
    raise typer.Exit(_python("-m", f"bench.{name.value}", *context.args))


@app.command(context_settings=PASSED_ON)
def soak(context: typer.Context, name: Annotated[Soaks, typer.Argument()]) -> None:
    """The long versions of what the suite does briefly; --json for machines."""
    raise typer.Exit(_python("-m", f"bench.{name.value}", *context.args))


@app.command(context_settings=PASSED_ON)
def release(context: typer.Context) -> None:
    """What a release is made of: an SBOM of everything that the lock pins, into dist/."""
    raise typer.Exit(_python("-m", "bench.release", *context.args))


def _python(*arguments: str, **environment: str) -> int:
    return subprocess.run([sys.executable, *arguments], cwd=HERE, check=False, env=os.environ | environment).returncode


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
    except (BadSettings, NotAnEmail, NotDurable, OpenFolder, WrongMode, WrongVersion) as error:
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


def _check_up(var_dir: Path | None) -> list[Finding]:
    """What the doctor finds."""
    with _errors_as_sentences(), _opened_installation(read_settings(var_dir=var_dir)) as installation:
        return check_up(installation)


add_proof_commands(app, _open_books, _check_up)
add_staff_commands(app, _open_desk, utc_now)
add_campaign_commands(app, _open_desk, utc_now)
add_backup_command(app, lambda at: installation_place(read_settings(var_dir=at)), _errors_as_sentences, utc_now)
add_restore_command(app, lambda at: claim_stopped(read_settings(var_dir=at)), _errors_as_sentences, utc_now)


def _print_addresses(settings: Settings, address: str) -> None:
    out.print(f"[bold]Donors[/bold]     {address}/")
    with _open_database(settings.var_dir) as (_, engine):
        if settings.mode == "sandbox":
            with changing(engine, by_command("run"), utc_now()) as change:
                token = invite(change, "treasurer@sandbox.example", "Treasurer", Role.OWNER)
            out.print(f"[bold]Treasurer[/bold]  {address}/desk/sign-in/{token}  (once, within 24 hours)")
            out.print(f"[bold]Twin[/bold]       {address}/sandbox/  (our own Stripe: no real money moves)")
        else:
            out.print("[bold]Treasurer[/bold]  ./farthing staff add EMAIL prints a link to sign in")
    if address.startswith("http://"):
        out.print("Plain http: for this machine only. To go live, put https in front (docs/operating.md).")


if __name__ == "__main__":
    app()
