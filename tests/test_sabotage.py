"""A few guards are taken out here, as a sample; `python -m tests.sabotage` tries them all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guard import Cut, Guard
from tests.guards import GUARDS
from tests.sabotage import ROOT, NotNoticed, NotThere, copied, sabotage, take_out

SAMPLE = ("applied-mark", "conflicting-entry", "signature")


@pytest.fixture(scope="module")
def house() -> Iterator[Path]:
    """A copy that may be damaged."""
    with copied() as path:
        yield path


@pytest.mark.parametrize("name", SAMPLE)
def test_somebody_notices_that_the_guard_is_gone(name: str, house: Path) -> None:
    """Its tests fail without it."""
    assert sabotage(name, house).startswith("tests/")


def test_what_nobody_would_miss_is_said(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that is no guard: the tests pass without it, and the script complains."""
    cut = Cut("payments/stripe/signature.py", "LONGEST_HEADER = 4096", "LONGEST_HEADER = 4097")
    nothing = Guard(
        "nothing",
        (cut,),
        ("tests/payments/test_signature.py::test_a_signed_message_passes_and_a_changed_one_does_not",),
    )
    monkeypatch.setitem(GUARDS, "nothing", nothing)

    with pytest.raises(NotNoticed):
        sabotage("nothing", house)
    assert (house / cut.path).read_text() == (ROOT / cut.path).read_text()


@pytest.mark.parametrize("name", GUARDS)
def test_every_guard_is_where_the_list_says(name: str, house: Path) -> None:
    """Words that have moved would make the script try nothing."""
    for cut in GUARDS[name].cuts:
        assert (ROOT / cut.path).read_text().count(cut.words) == 1, f"{cut.path}: {cut.words}"


def test_a_guard_that_moved_is_said(house: Path) -> None:
    """The script does not go on as if it had taken something out."""
    with pytest.raises(NotThere):
        take_out(Guard("nothing", (Cut("README.md", "no such words at all"),), ()), house)
