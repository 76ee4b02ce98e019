"""What the documents say is where they say it is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# A file or a folder of the repository, as documents write it: `ledger/entry.py`, `staff/`.
PATHS = re.compile(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`")
# Folders that exist only once the product has run.
MADE_BY_RUNNING = {"var/", "var/mail/"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    """A module that moved takes its documents along."""
    named = set(PATHS.findall(document.read_text())) - MADE_BY_RUNNING
    missing = sorted(path for path in named if not ((ROOT / path).exists() or _is_a_file_of_packages(path)))

    assert not missing


def test_the_architecture_names_every_package_and_every_folder_of_payments() -> None:
    """So that the map of the house is whole."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    packages = {path.parent.name + "/" for path in ROOT.glob("*/__init__.py")} - {"tests/", "bench/"}
    folders = {f"payments/{path.parent.name}/" for path in ROOT.glob("payments/*/__init__.py")}

    assert not sorted(name for name in packages | folders if f"`{name}`" not in text)


def test_the_pictures_of_readme_are_there_and_small() -> None:
    """`./farthing pictures` takes them; each has words for those who do not see it."""
    shown = re.findall(r"!\[(.*?)\]\((docs/pictures/\S+)\)", (ROOT / "README.md").read_text())

    assert len(shown) >= 2
    assert all(len(words) > 40 and (ROOT / path).stat().st_size < 150_000 for words, path in shown)


def test_a_webhooks_way_is_seven_files() -> None:
    """From the socket to the table, each named first in its step."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    stations = re.findall(
        r"^\d\. `(payments/inbox/\w+\.py|payments/books/[\w/]+\.py|database/bulk\.py)`", text, re.MULTILINE
    )

    assert len(stations) == 7


def test_the_security_checklist_names_every_point_once_and_tests_that_exist() -> None:
    """OWASP's ASVS 5.0, levels 1 and 2: a point that nobody has thought of would be missing."""
    text = (ROOT / "docs" / "security.md").read_text()
    table = text.partition("<!-- asvs -->")[2].partition("<!-- end of asvs -->")[0]
    lines = (ROOT / "tests" / "data" / "asvs-5.0.txt").read_text().splitlines()
    points = sorted(line.split()[0] for line in lines if not line.startswith("#"))
    rows = [line.split(" | ") for line in table.splitlines() if re.match(r"\| \d", line)]

    assert sorted(re.findall(r"\d+\.\d+\.\d+", " ".join(row[0] for row in rows))) == points
    named = {name for row in rows for name in re.findall(r"[\w/]*test_\w+\.py", row[2])}
    assert sorted(name for name in named if not (ROOT / "tests" / name).exists()) == []


def _is_a_file_of_packages(name: str) -> bool:
    """`tables.py`, say, which many packages have."""
    return "/" not in name and any(ROOT.glob(f"*/{name}"))
