"""The commands `test`, `bench`, `soak`, `pictures`, `messages` and `release`: most hand on to other programs."""

import os
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from called_as import CommandConsole
from development.messages import untranslated, update_messages

HERE = Path(__file__).resolve().parent.parent
DEVELOPERS = "For developers, and for trying things out"
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
ON_DEBIANS = (
    "tests/database", "tests/ledger", "tests/payments/books", "tests/payments/test_applying.py",
    "tests/payments/test_many_webs.py", "tests/payments/test_two_processes.py", "tests/payments/test_surge.py",
)  # fmt: skip
errors = CommandConsole(stderr=True, highlight=False, soft_wrap=True)


class Measures(StrEnum):
    """What `bench` can measure."""

    WEBHOOKS = "webhooks"
    MANY_WEBS = "many_webs"
    SETTLEMENT = "settlement"
    PAGES = "pages"
    SCREENS = "screens"
    DESK = "desk"
    RECEIPTS = "receipts"


class Soaks(StrEnum):
    """What `soak` can do for a long time."""

    BACKUP = "backup"
    BOOKS = "books"
    CRASH = "crash"
    SURGE = "surge"
    STALLS = "stalls"
    LETTERS = "letters"
    LAUNCH = "launch"
    NEWCOMER = "newcomer"
    LOST = "lost"
    WITNESS = "witness"
    RESTARTS = "restarts"
    LAWS = "laws"
    MONDAY = "monday"
    IMPORT_KILLS = "import_kills"
    YEAR = "year"
    RECEIPTS = "stamping"


def add_development_commands(app: typer.Typer) -> None:
    """Add the commands, in a box of their own in `--help`."""

    @app.command(context_settings=PASSED_ON, rich_help_panel=DEVELOPERS)
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

    @app.command(context_settings=PASSED_ON, rich_help_panel=DEVELOPERS)
    def bench(context: typer.Context, name: Annotated[Measures, typer.Argument()]) -> None:
        """Measure against a floor and a plain baseline in the same run; --json for machines."""
        raise typer.Exit(_python("-m", f"bench.{name.value}", *context.args))

    _add_what_a_release_needs(app)

    @app.command(context_settings=PASSED_ON, rich_help_panel=DEVELOPERS)
    def soak(context: typer.Context, name: Annotated[Soaks, typer.Argument()]) -> None:
        """The long versions of what the suite does briefly; --json for machines."""
        raise typer.Exit(_python("-m", f"bench.{name.value}", *context.args))


def _add_what_a_release_needs(app: typer.Typer) -> None:
    @app.command(rich_help_panel=DEVELOPERS)
    def pictures() -> None:
        """Take README's pictures anew, of a sandbox after its demonstration month."""
        raise typer.Exit(_python("-m", "bench.pictures"))

    @app.command(rich_help_panel=DEVELOPERS)
    def messages(language: Annotated[str, typer.Argument(help="Such as cy; a new one gets a folder")]) -> None:
        """Bring a language's catalogue of what donors read up to date, and say what is left to translate."""
        left = untranslated(update_messages(language))
        for sentence in left:
            errors.print(sentence, markup=False)
        errors.print(f"{len(left)} sentences of {language} are not translated.")

    @app.command(context_settings=PASSED_ON, rich_help_panel=DEVELOPERS)
    def release(context: typer.Context) -> None:
        """What a release is made of: an SBOM of everything that the lock pins, into dist/."""
        raise typer.Exit(_python("-m", "bench.release", *context.args))


def _on_debians_postgresql(tests: Sequence[str]) -> int:
    """What PostgreSQL decides, once more on the version that most servers run: SQL, locks and plans, not rules."""
    again = [*tests, *ON_DEBIANS, "-k", "postgresql or many_webs or planner"]
    errors.print(f"[bold]TEST_POSTGRES=debian python {' '.join(again)}[/bold]")
    return _python(*again, TEST_POSTGRES="debian")


def _python(*arguments: str, **environment: str) -> int:
    """Run Python. It may keep what it compiles, else each of the suite's many processes compiles everything anew."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run([sys.executable, *arguments], cwd=HERE, check=False, env=inherited | environment).returncode
