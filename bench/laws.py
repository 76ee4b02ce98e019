"""`./farthing soak laws`: what the suite proves with few examples, with many.

Of the books, the readers, the twin, and of databases of earlier versions that are migrated and killed meanwhile.

The same tests, with a multiple of the examples that the suite makes up for each. It fails as pytest does.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from tests.examples import TIMES

HERE = Path(__file__).resolve().parent.parent
LAWS = (
    "tests/ledger/test_laws.py",
    "tests/payments/test_reading_fields.py",
    "tests/payments/test_any_order.py",
    "tests/payments/test_money_facts_any_order.py",
    "tests/campaigns/test_group_laws.py",
    "tests/sandbox/test_api.py",
    "tests/sandbox/test_random_activity.py",
    "tests/database/test_version_before.py",
    "tests/database/test_version_before_killed.py",
    "tests/database/test_staff_migration.py",
    "tests/staff/test_attempts.py::test_of_a_thousand_guesses_ten_are_looked_at",
)


def main(times: Annotated[int, typer.Option(help="So many times the suite's examples")] = 20) -> None:
    """Run the laws with many examples."""
    command = [sys.executable, "-m", "pytest", "-n", "2", *LAWS]
    raise typer.Exit(subprocess.run(command, cwd=HERE, check=False, env=os.environ | {TIMES: str(times)}).returncode)


if __name__ == "__main__":
    typer.run(main)
