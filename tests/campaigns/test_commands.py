"""`farthing campaign add`, at a shell: a live installation gets something to give to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner

from campaigns.commands import add_campaign_commands
from campaigns.store import campaigns
from database.transactions import booking, reading
from ledger.money import GBP, Money
from ledger.store import open_accounts
from tests.clock import FixedClock
from tests.engines import ON_SQLITE


@pytest.fixture
def app(engine: Engine, clock: FixedClock) -> typer.Typer:
    """The command on a database as `migrate` leaves it."""
    with booking(engine) as conn:
        open_accounts(conn)

    @contextmanager
    def opened(_var_dir: Path | None) -> Iterator[tuple[str, Engine]]:
        yield "https://give.example", engine

    made = typer.Typer()
    add_campaign_commands(made, opened, clock)
    return made


def run(app: typer.Typer, *words: str) -> tuple[int, str]:
    """The exit status, and what is printed."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    return result.exit_code, result.output


def test_a_campaign_is_made_and_its_address_printed(app: typer.Typer, engine: Engine) -> None:
    """Open at once, with a target."""
    status, printed = run(app, "campaign", "add", "Every Branch Öpen!", "--target", "5000")
    assert (status, printed.strip()) == (0, "https://give.example/c/every-branch-open")
    with reading(engine) as conn:
        [campaign] = campaigns(conn)
    assert (campaign.title, campaign.target, campaign.closes_at) == ("Every Branch Öpen!", Money(500_000, GBP), None)


def test_invisible_characters_stay_outside(app: typer.Typer, engine: Engine) -> None:
    """They could turn the text after them around."""
    assert run(app, "campaign", "add", "Every\u202ebr\u200banch", "--target", "\u200b5000")[0] == 0
    with reading(engine) as conn:
        [campaign] = campaigns(conn)
    assert (campaign.title, campaign.slug, campaign.target) == ("Everybranch", "everybranch", Money(500_000, GBP))


@ON_SQLITE
@pytest.mark.parametrize(
    "words",
    [
        ["!!!"],
        ["Приют"],
        ["A title", "--target", "lots"],
        ["A title", "--currency", "XXX"],
        ["A title", "--slug", "No Slug"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_with_what_to_do(app: typer.Typer, engine: Engine, words: list[str]) -> None:
    """And nothing is kept."""
    status, printed = run(app, "campaign", "add", *words)
    assert (status, ". Nothing was changed" in printed) == (2, True)
    with reading(engine) as conn:
        assert campaigns(conn) == []


def test_an_address_is_given_once(app: typer.Typer) -> None:
    """The second is asked for another."""
    run(app, "campaign", "add", "A title")
    status, printed = run(app, "campaign", "add", "A title")
    assert (status, "give another --slug" in printed) == (2, True)
