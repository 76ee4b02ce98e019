"""The commands of `staff`: list who may sit at the desk, let somebody in, remove somebody."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading
from staff.act import by_command
from staff.changing import changing
from staff.managing import remove_by_email, reset_by_email
from staff.role import Role
from staff.sign_in import LINK_LIFETIME, invite, link_address
from staff.views import member_rows
from web.errors import Refusal

OpenedInstallation = Callable[[Path | None], AbstractContextManager[tuple[str, Engine]]]
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]
AsRole = Annotated[
    Role | None, typer.Option(help="What they are there for. Somebody new is a treasurer unless this says otherwise.")
]
Reset = Annotated[
    bool, typer.Option("--reset", help="Forget their password and second factor: they have lost one of them.")
]


def add_staff_commands(app: typer.Typer, opened: OpenedInstallation, clock: Clock) -> None:
    """Add the commands. `opened` gives this installation's web address and its database."""
    staff = typer.Typer(no_args_is_help=True, help="Who may sit at the desk.")
    app.add_typer(staff, name="staff")
    # The name before there were roles: kept for whoever has it in their notes.
    treasurers = typer.Typer(no_args_is_help=True, help="The same as `staff`.")
    app.add_typer(treasurers, name="treasurer", hidden=True)

    @staff.command("add")
    def add_staff(
        email: str, role: AsRole = None, name: str = "", reset: Reset = False, var_dir: VarDir = None
    ) -> None:
        """Let somebody sit at the desk, and print the one-time link with which they choose a password.

        For somebody who is there already it makes a new link; with --reset what they signed in with is forgotten.
        """
        with opened(var_dir) as (base_url, engine), _refusals_as_sentences():
            with changing(engine, by_command("staff add"), clock()) as change:
                code = invite(change, email, name, role, LINK_LIFETIME)
                if reset:
                    code = reset_by_email(change, email)
            typer.echo(link_address(base_url, code))
            typer.echo("It works once, within 30 minutes, and until a newer one is made.", err=True)

    _add_list_and_remove(staff, opened, clock)

    @treasurers.command("add")
    def add_treasurer(email: str, name: str = "", var_dir: VarDir = None) -> None:
        """The same as `staff add EMAIL`: somebody new becomes a treasurer."""
        add_staff(email, None, name, False, var_dir)


def _add_list_and_remove(staff: typer.Typer, opened: OpenedInstallation, clock: Clock) -> None:
    @staff.command("list")
    def list_staff(var_dir: VarDir = None) -> None:
        """Everybody who may sit at the desk: address, role, name, and when they signed in last."""
        with opened(var_dir) as (_, engine), reading(engine) as conn:
            for row in member_rows(conn):
                last = f"signed in {row.signed_in_at:%Y-%m-%d %H:%M} UTC" if row.signed_in_at else "never signed in"
                state = "disabled" if row.disabled_at else last
                typer.echo(f"{row.member.email}  {row.member.role.value}  {row.member.name}  {state}")

    @staff.command("remove")
    def remove_staff(email: str, var_dir: VarDir = None) -> None:
        """Let somebody in no more: their sessions and links end at once. What they did stays on record."""
        with opened(var_dir) as (_, engine), _refusals_as_sentences():
            with changing(engine, by_command("staff remove"), clock()) as change:
                member = remove_by_email(change, email)
            typer.echo(f"{member.name} can sign in no more.")


@contextmanager
def _refusals_as_sentences() -> Iterator[None]:
    """Print what was refused and what to do, and exit with 2."""
    try:
        yield
    except Refusal as refusal:
        typer.echo(f"{refusal.trouble.message} {refusal.trouble.advice}", err=True)
        raise typer.Exit(2) from None
