"""`farthing staff add`, at a shell."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner

from database.transactions import reading
from staff.commands import add_staff_commands
from staff.role import Role
from staff.sign_in import member_of_link
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.staff.desk_visitor import PASSWORD, joins, place, visitor
from tests.staff.signing_in import ADA, link_token, session_token
from web.sessions import session_of

BASE_URL = "https://give.example"


@pytest.fixture
def app(engine: Engine, clock: FixedClock) -> typer.Typer:
    """The commands on an empty database."""

    @contextmanager
    def opened(_var_dir: Path | None) -> Iterator[tuple[str, Engine]]:
        yield BASE_URL, engine

    made = typer.Typer()
    add_staff_commands(made, opened, clock)
    return made


def output_of(app: typer.Typer, *words: str, status: int = 0) -> str:
    """What a command prints; it must end with this status."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert result.exit_code == status, result.output
    return result.output


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "role"),
    [
        (["staff", "add", ADA, "--role", "owner"], Role.OWNER),
        (["staff", "add", ADA, "--role", "auditor"], Role.AUDITOR),
        (["staff", "add", ADA], Role.TREASURER),
        (["treasurer", "add", ADA], Role.TREASURER),
    ],
    ids=" ".join,
)
def test_a_link_is_printed_that_signs_the_member_in(
    app: typer.Typer, engine: Engine, clock: FixedClock, words: list[str], role: Role
) -> None:
    """With the role that was named; `treasurer add` is the name that the command had before there were roles."""
    link = output_of(app, *words, "--name", "Ada").split()[0]

    path = f"{BASE_URL}/desk/sign-in/link#"
    assert link.startswith(path)
    with reading(engine) as conn:
        member = member_of_link(conn, link.removeprefix(path), clock())
    assert (member.email, member.name, member.role) == (ADA, "Ada", role)


def test_staff_are_listed_and_removed(app: typer.Typer, engine: Engine, clock: FixedClock) -> None:
    """With their roles; whoever is removed has no session, and nobody is removed twice."""
    link_token(engine, clock(), Role.OWNER)
    token = session_token(engine, clock(), Role.TREASURER, "bo@example.org")
    assert re.findall(r"^(\S+)  (\w+)", output_of(app, "staff", "list"), re.MULTILINE) == [
        (ADA, "owner"),
        ("bo@example.org", "treasurer"),
    ]

    assert "can sign in no more" in output_of(app, "staff", "remove", "Bo@example.org")

    with reading(engine) as conn:
        assert session_of(conn, token, clock()) is None
    assert "bo@example.org" not in output_of(app, "staff", "list")
    assert "farthing staff list" in output_of(app, "staff", "remove", "bo@example.org", status=2)


def test_the_last_owner_is_not_removed(app: typer.Typer, engine: Engine, clock: FixedClock) -> None:
    """Nor made something else; the sentence says what to do."""
    link_token(engine, clock(), Role.OWNER)

    assert "Make somebody else an owner first." in output_of(app, "staff", "remove", ADA, status=2)
    assert "Make somebody else an owner first." in output_of(app, "staff", "add", ADA, "--role", "auditor", status=2)


def test_whoever_has_lost_their_phone_is_reset(app: typer.Typer, engine: Engine, clock: FixedClock) -> None:
    """The link is for choosing everything anew."""
    client = visitor(engine, clock)
    joins(client, engine, clock)
    code = output_of(app, "staff", "add", ADA, "--reset").split()[0].partition("#")[2]

    client.post("/desk/sign-in/link", data={"link": code})
    client.post("/desk/sign-in/password", data={"password": PASSWORD, "again": PASSWORD})
    assert place(client.get("/desk/sign-in/code")) == "/desk/sign-in/second-factor"


def test_the_link_says_how_long_it_lives(app: typer.Typer) -> None:
    """And that it works once."""
    assert "It works once, within 30 minutes" in output_of(app, "staff", "add", ADA)


def test_a_role_that_there_is_not_is_refused(app: typer.Typer) -> None:
    """With the roles that there are."""
    assert "'owner', 'treasurer', 'organiser', 'auditor'" in output_of(
        app, "staff", "add", ADA, "--role", "king", status=2
    )


def test_the_old_name_is_not_advertised(app: typer.Typer) -> None:
    """Only `staff` stands in the help."""
    help_text = output_of(app, "--help")

    assert ("staff" in help_text, "treasurer" in help_text) == (True, False)
