"""The command `staff add`: let somebody sit at the desk."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import Engine

from database.instants import Clock
from staff.act import by_command
from staff.changing import changing
from staff.role import Role
from staff.sign_in import LINK_LIFETIME, invite

OpenedInstallation = Callable[[Path | None], AbstractContextManager[tuple[str, Engine]]]
VarDir = Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")]
AsRole = Annotated[
    Role | None, typer.Option(help="What they are there for. Somebody new is a treasurer unless this says otherwise.")
]


def add_staff_commands(app: typer.Typer, opened: OpenedInstallation, clock: Clock) -> None:
    """Add the commands. `opened` gives this installation's web address and its database."""
    staff = typer.Typer(no_args_is_help=True, help="Who may sit at the desk.")
    app.add_typer(staff, name="staff")
    # The name before there were roles: kept for whoever has it in their notes.
    treasurers = typer.Typer(no_args_is_help=True, help="The same as `staff`.")
    app.add_typer(treasurers, name="treasurer", hidden=True)

    @staff.command("add")
    def add_staff(email: str, role: AsRole = None, name: str = "", var_dir: VarDir = None) -> None:
        """Let somebody sit at the desk, and print the one-time link that signs them in."""
        with opened(var_dir) as (base_url, engine):
            with changing(engine, by_command("staff add"), clock()) as change:
                token = invite(change, email, name, role, LINK_LIFETIME)
            typer.echo(f"{base_url}/desk/sign-in/{token}")

    @treasurers.command("add")
    def add_treasurer(email: str, name: str = "", var_dir: VarDir = None) -> None:
        """The same as `staff add EMAIL`: somebody new becomes a treasurer."""
        add_staff(email, None, name, var_dir)
