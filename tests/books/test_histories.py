"""Whatever happens, and however badly it is told: after one reconcile the books are exact, on both engines.

Twenty-four short histories and a long one: what is proved here is the whole way, with restarts, settlements and a
reconcile. What is decided of random histories, 2,000 of them prove in memory
(`tests/payments/books/test_random_stories.py`); `./farthing soak books` plays thousands on both engines.
"""

import random

import pytest

from tests.books.histories import play_history
from tests.books.places import Place

SEEDS = 25
LONGEST = 500


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_history_ends_in_the_models_books(seed: int, sqlite_place: Place, postgres_place: Place) -> None:
    """Up to 500 events: lost, doubled and reordered, with restarts; then reconciled, once."""
    events = events_of(seed)
    history = play_history(seed, events, [sqlite_place, postgres_place])

    assert history.gifts > 0
    if events == LONGEST:
        assert (history.events >= LONGEST, history.entries > 80, history.recovered > 40) == (True, True, True)


def events_of(seed: int) -> int:
    """All histories but the first are short, so that many fit into the suite."""
    return LONGEST if seed == 0 else random.Random(seed).randint(30, 110)
