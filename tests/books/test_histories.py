"""Whatever happens and however it is delivered: after one reconcile the books are exact, on both engines.

Twenty-four short histories and a long one: what is proved here is the whole way, with restarts, settlements and a
reconcile. Decisions are proved in memory, by 2,000 random histories (`tests/payments/books/test_random_stories.py`).
`./farthing soak books` plays thousands on both engines.
"""

import random

import pytest

from tests.books.book_databases import BookDatabase
from tests.books.histories import play_history

SEEDS = 25
LONGEST = 500


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_history_ends_in_the_models_books(
    seed: int, sqlite_books: BookDatabase, postgres_books: BookDatabase
) -> None:
    """Up to 500 events: lost, doubled and reordered, with restarts; then reconciled, once."""
    events = events_of(seed)
    history = play_history(seed, events, [sqlite_books, postgres_books])

    assert history.gifts > 0
    if events == LONGEST:
        assert (history.events >= LONGEST, history.entries > 80, history.recovered > 40) == (True, True, True)


def events_of(seed: int) -> int:
    """All histories but the first are short, so that many fit into the suite."""
    return LONGEST if seed == 0 else random.Random(seed).randint(30, 110)
