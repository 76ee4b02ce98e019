"""The command line: `./farthing COMMAND`. It parses, prints, and leaves the building to `main`."""

import gc
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from database.engine import NotDurable, open_database
from database.instants import utc_now
from database.migrating import REVISION, WrongMode, WrongVersion, require_mode, require_revision
from database.transactions import reading, writing
from main import build_house, build_twin, build_web, build_worker, prepare
from payments.inbox.keeping import replay as replay_kept
from sandbox.commands import sandbox_commands
from settings import BadSettings, Settings, read_settings
from supervisor import Child, Supervisor
from treasury.audit import audit_all
from treasury.sign_in import LINK_LIFETIME, NotAnEmail, invite
from web.logs import write_logs

HERE = Path(__file__).resolve().parent
GRACE_SECONDS = 20
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


class Measures(StrEnum):
    """What `bench` can measure."""

    WEBHOOKS = "webhooks"


class Soaks(StrEnum):
    """What `soak` can do for a long time."""

    CRASH = "crash"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local values, and so secrets
    help="Farthing: donations whose every penny can be proved.",
)
treasurers = typer.Typer(no_args_is_help=True, help="Who may sit at the treasurer's desk.")
app.add_typer(treasurers, name="treasurer")
app.add_typer(sandbox_commands, name="sandbox")
out = Console(highlight=False, soft_wrap=True)
complain = Console(stderr=True, highlight=False, soft_wrap=True)

Port = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command()
def run(port: Port = None, var_dir: VarDir = None) -> None:
    """Everything: migrate, print where to go, and serve (on the built-in Stripe twin without a key)."""
    with _stopping_politely():
        settings = read_settings(port=port, var_dir=var_dir)
        prepare(settings)
        listening = _bind(settings)
        address = settings.base_url or _address(listening)
        _say_where(settings, address)
        children = [
            Child("web", partial(_serve, settings, address, listening)),
            Child("worker", partial(_work, settings, address, listening), vital=False),
        ]
        raise typer.Exit(Supervisor(children, listening).run())


@app.command()
def web(
    port: Port = None,
    var_dir: VarDir = None,
    fd: Annotated[int | None, typer.Option(help="A listening socket that the caller passes.")] = None,
) -> None:
    """The web alone, for production: any number of them on one PostgreSQL."""
    with _stopping_politely():
        settings = read_settings(port=port, var_dir=var_dir)
        listening = socket.socket(fileno=fd) if fd is not None else _bind(settings)
        _serve(settings, settings.base_url or _address(listening), listening)


@app.command()
def worker(var_dir: VarDir = None) -> None:
    """The worker alone, for production: prints receipts, and tries again what failed."""
    with _stopping_politely():
        _work(read_settings(var_dir=var_dir), None)


@app.command()
def migrate(var_dir: VarDir = None) -> None:
    """Bring the database to this version's shape. Make a backup first."""
    with _stopping_politely():
        prepare(read_settings(var_dir=var_dir))
        out.print(f"The database is at version {REVISION}.")


@app.command()
def audit(as_json: AsJson = False, var_dir: VarDir = None) -> None:
    """Check every invariant of the books and print the figures; exit 1 if one does not hold."""
    with _opened(var_dir) as (_, engine), reading(engine) as conn:
        findings = audit_all(conn)
    if as_json:
        print(json.dumps([finding.as_json() for finding in findings], indent=2))
    else:
        for finding in findings:
            figures = ", ".join(f"{name} {value}" for name, value in finding.figures.items())
            out.print(f"{finding.status.value:>9}  {finding.name}  {figures}")
            if finding.advice:
                out.print(f"           {finding.advice}")
    raise typer.Exit(any(finding.has_failed for finding in findings))


@app.command()
def replay(var_dir: VarDir = None) -> None:
    """Try every kept delivery again that is not in the books (dead letters)."""
    with _stopping_politely():
        house = build_house(read_settings(var_dir=var_dir))
        done = replay_kept(house.engine, house.bookkeeper, utc_now(), only_due=False)
        out.print(f"{done.tried} tried, {done.applied} now in the books, {done.tried - done.applied} still waiting.")


@treasurers.command("add")
def add_treasurer(email: str, name: str = "", var_dir: VarDir = None) -> None:
    """Let somebody sit at the desk, and print the one-time link that signs them in."""
    with _opened(var_dir) as (settings, engine):
        base = settings.base_url or f"http://{settings.host}:{settings.port}"
        with writing(engine) as conn:
            token = invite(conn, email, name, utc_now(), LINK_LIFETIME)
        out.print(f"{base}/desk/sign-in/{token}")


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """The whole suite, as CI runs it: lint, types, then every test on both databases."""
    steps = [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy"],
        ["-m", "pytest", "-n", "2", "--dist", "worksteal", *context.args],
    ]
    if context.args:
        steps = steps[-1:]
    for step in steps:
        complain.print(f"[bold]python {' '.join(step)}[/bold]")
        if status := _python(*step):
            raise typer.Exit(status)


@app.command(context_settings=PASS_ON)
def bench(context: typer.Context, name: Annotated[Measures, typer.Argument()]) -> None:
    """Measure against a floor and a plain baseline in the same run; --json for machines."""
    raise typer.Exit(_python("-m", f"bench.{name.value}", *context.args))


@app.command(context_settings=PASS_ON)
def soak(context: typer.Context, name: Annotated[Soaks, typer.Argument()]) -> None:
    """The long versions of what the suite does briefly; --json for machines."""
    raise typer.Exit(_python("-m", f"bench.{name.value}", *context.args))


def _python(*arguments: str) -> int:
    return subprocess.run([sys.executable, *arguments], cwd=HERE, check=False).returncode


@contextmanager
def _stopping_politely() -> Iterator[None]:
    """A wrong setting or database is one sentence and exit 2, never a traceback."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
        complain.print(f"The database cannot be used: {reason}. Nothing was changed.", style="red", markup=False)
        raise typer.Exit(2) from None
    except (BadSettings, NotAnEmail, NotDurable, WrongMode, WrongVersion) as error:
        complain.print(str(error), style="red")
        raise typer.Exit(2) from None


@contextmanager
def _opened(var_dir: Path | None) -> Iterator[tuple[Settings, Engine]]:
    """This installation's database, for a command that looks or changes a little."""
    with _stopping_politely():
        settings = read_settings(var_dir=var_dir)
        engine = open_database(settings.address)
        try:
            require_revision(engine)
            require_mode(engine, settings.mode)
            yield settings, engine
        finally:
            engine.dispose()


def _serve(settings: Settings, address: str, listening: socket.socket) -> None:
    """Be the web, until told to stop."""
    write_logs()
    house = build_house(settings, address)
    config = uvicorn.Config(
        build_web(house, build_twin(house)),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _leave_alone_what_stays()
    uvicorn.Server(config).run(sockets=[listening])


def _leave_alone_what_stays() -> None:
    """Keep the collector from walking, again and again, through the program itself (docs/performance.md)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _work(settings: Settings, address: str | None, listening: socket.socket | None = None) -> None:
    """Be the worker, until told to stop."""
    write_logs()
    if listening is not None:
        listening.close()  # the web's alone: else a call would wait here after the web has gone
    working = build_worker(build_house(settings, address))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: working.stop())
    working.run()


def _bind(settings: Settings) -> socket.socket:
    """Take the port before anything is built on its number."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise BadSettings(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror})."
            " Stop what uses it, or choose another: ./farthing run --port 0"
        ) from None
    listening.listen(1024)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _say_where(settings: Settings, address: str) -> None:
    out.print(f"[bold]Donors[/bold]     {address}/")
    with _opened(settings.var_dir) as (_, engine), writing(engine) as conn:
        if settings.mode == "sandbox":
            token = invite(conn, "treasurer@sandbox.example", "Treasurer", utc_now())
            out.print(f"[bold]Treasurer[/bold]  {address}/desk/sign-in/{token}  (once, within 24 hours)")
            out.print(f"[bold]Twin[/bold]       {address}/sandbox/  (our own Stripe: no real money moves)")
        else:
            out.print("[bold]Treasurer[/bold]  ./farthing treasurer add EMAIL prints a link to sign in")
    if address.startswith("http://"):
        out.print("Plain http: for this machine only. To go live, put https in front (docs/operating.md).")


if __name__ == "__main__":
    app()
