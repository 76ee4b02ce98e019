"""`--help` is for whoever runs Farthing: it names the program that they typed, and keeps developers' commands apart."""

import re
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from commands import app
from development.commands import DEVELOPERS

HERE = Path(__file__).resolve().parent.parent


def test_help_names_the_program_that_was_typed() -> None:
    """`./farthing` hands on to commands.py, which nobody has heard of."""
    said = subprocess.run(
        [sys.executable, "commands.py", "--help"], cwd=HERE, check=True, capture_output=True, text=True
    ).stdout

    assert "Usage: farthing [OPTIONS] COMMAND" in said
    assert "commands.py" not in said


def test_an_operator_sees_first_what_is_hers() -> None:
    """The suite and the benches stand below, in a box of their own."""
    said = CliRunner().invoke(app, ["--help"]).output
    hers, _, theirs = said.partition(DEVELOPERS)

    assert {"run", "doctor", "audit", "staff"} <= _commands(hers)
    assert {"test", "bench", "soak", "sandbox"} <= _commands(theirs)
    assert not {"test", "bench", "soak", "sandbox"} & _commands(hers)


def test_a_key_that_could_be_a_real_one_is_refused_in_a_sentence() -> None:
    """The twin's keys are told from Stripe's at sight."""
    done = CliRunner().invoke(app, ["sandbox", "serve", "--key", "x"])

    assert (done.exit_code, "must begin with sk_test_sandbox_" in re.sub(r"[│\s]+", " ", done.output)) == (2, True)


def _commands(box: str) -> set[str]:
    return set(re.findall(r"│ (\w+) ", box))
