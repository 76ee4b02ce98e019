"""The list of what a release is made of says exactly what the lock pins."""

import re
from pathlib import Path

import pytest

from bench import release
from bench.release import Incomplete, components, write_sbom


def test_the_list_names_all_that_the_lock_pins_and_is_the_same_each_time(tmp_path: Path) -> None:
    """With versions and hashes, and nothing about the machine that made it."""
    first, second = write_sbom(tmp_path / "a"), write_sbom(tmp_path / "b")

    assert components(first)["fastapi"].startswith("0.")
    assert len(components(first)) == len(re.findall(r"^[a-z].*==", release.LOCK.read_text(), re.MULTILINE))
    assert first.read_bytes() == second.read_bytes()
    assert str(Path.home()).encode() not in first.read_bytes()
    assert b'"name": "farthing"' in first.read_bytes()


def test_a_list_that_lacks_something_is_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is read twice: by the program, and by us."""
    monkeypatch.setattr(release, "components", lambda _path: {"fastapi": "0"})
    with pytest.raises(Incomplete, match="alembic"):
        write_sbom(tmp_path)
