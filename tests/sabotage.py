"""Sabotage: take each guard out of a copy of the house, and demand that a test cries out.

`python -m tests.sabotage` tries every guard, `python -m tests.sabotage NAME…` only these. A guard that is not
where the list says, and one whose absence nobody notices, are failures. First the same tests must pass as
things are: a test that always fails notices nothing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.guard import Guard
from tests.guards import GUARDS

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "*.db")
TESTS_FAILED = 1  # pytest's exit status; others mean that nothing was tried
PATIENCE = 600


class NotThere(Exception):
    """The words that make the guard are not where the list says."""


class NotNoticed(Exception):
    """Without the guard every test passes."""


class NotSound(Exception):
    """The tests fail although nothing was taken out."""


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the house, to be damaged."""
    with tempfile.TemporaryDirectory(prefix="farthing-sabotage-") as name:
        yield Path(shutil.copytree(ROOT, Path(name) / "house", ignore=LEFT_OUT))


def take_out(guard: Guard, house: Path) -> None:
    """Cut a guard out of this copy; raises NotThere."""
    for cut in guard.cuts:
        path = house / cut.path
        text = path.read_text()
        if text.count(cut.words) != 1:
            raise NotThere(f"{cut.path} has {text.count(cut.words)} times: {cut.words.strip()}")
        path.write_text(text.replace(cut.words, cut.instead))


def put_back(guard: Guard, house: Path) -> None:
    """The files as they are."""
    for cut in guard.cuts:
        shutil.copyfile(ROOT / cut.path, house / cut.path)


def sabotage(name: str, house: Path) -> str:
    """Take one guard out, see a test fail, put it back; the first test that noticed. Raises NotThere, NotNoticed."""
    guard = GUARDS[name]
    take_out(guard, house)
    try:
        status, said = run_tests(guard.tests, house)
    finally:
        put_back(guard, house)
    if status == 0:
        raise NotNoticed(f"{name} was taken out ({guard.without_it}), and nothing of this failed: {guard.tests}")
    failed = [line.removeprefix("FAILED ") for line in said.splitlines() if line.startswith("FAILED ")]
    if status != TESTS_FAILED or not failed:
        raise NotNoticed(f"{name}: the tests did not run, but ended with status {status}:\n{said[-2000:]}")
    return failed[0].split(" - ")[0]


def require_soundness(names: Iterable[str], house: Path) -> None:
    """The tests of these guards pass while nothing is taken out; raises NotSound."""
    tests = sorted({test for name in names for test in GUARDS[name].tests})
    status, said = run_tests(tests, house)
    if status:
        raise NotSound(said[-2000:])


def run_tests(tests: Sequence[str], house: Path) -> tuple[int, str]:
    """Run these in the copy until one fails: pytest's status, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=house,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout


def main(names: Sequence[str]) -> int:
    """Try the guards that are named, or all; how many nobody would miss."""
    wrong = 0
    with copied() as house:
        require_soundness(names, house)
        for name in names:
            try:
                said = f"noticed by {sabotage(name, house)}"
            except (NotThere, NotNoticed) as trouble:
                said, wrong = f"NOT NOTICED: {trouble}", wrong + 1
            sys.stdout.write(f"{name:22} {said}\n")
            sys.stdout.flush()
    return wrong


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:] or sorted(GUARDS))))
