"""The books are those that the witness saw.

Every story is compared on SQLite and a third of them on PostgreSQL too; `soak witness` compares all on both. That both
databases hold the same books after every story is asked in `test_permutations.py`.
"""

import pytest

from tests.books.book_databases import BookDatabase
from tests.books.scenarios import SCENARIOS
from tests.books.witness import HISTORY, NAMES, ODD_CHARGES, SEEDS, differences, read_kept, take_digests

# The soak plays the others.
SOME_SEEDS = SEEDS[::40]
STORIES = sorted(SCENARIOS)
ON_BOTH = (*STORIES[::3], ODD_CHARGES, *(f"{HISTORY}{seed}" for seed in SOME_SEEDS))
ON_SQLITE = [name for name in STORIES if name not in ON_BOTH]
KEPT = read_kept()


@pytest.mark.parametrize("name", ON_SQLITE)
def test_the_digests_on_sqlite_are_those_that_were_kept(name: str, sqlite_books: BookDatabase) -> None:
    """Export, receipts, jobs, the desk's figures and the evidence: each aspect has its kept digest."""
    taken = take_digests(name, [sqlite_books])

    assert list(taken) == ["sqlite"]
    assert not differences(name, KEPT, taken)


@pytest.mark.parametrize("name", ON_BOTH)
def test_the_digests_are_those_that_were_kept(
    name: str, sqlite_books: BookDatabase, postgres_books: BookDatabase
) -> None:
    """The same on both databases, which share one Stripe."""
    taken = take_digests(name, [sqlite_books, postgres_books])

    assert list(taken) == ["sqlite", "postgresql"]
    assert not differences(name, KEPT, taken)


def test_every_story_and_history_is_kept_once() -> None:
    """A line in the file for each, and none for anything else."""
    assert list(KEPT) == list(NAMES)
    assert len({tuple(digests.values()) for digests in KEPT.values()}) == len(NAMES)
