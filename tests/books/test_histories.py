"""Whatever happens, and however badly it is told: after one reconcile the books are exact, on both engines."""

import random

import pytest

from tests.books.histories import play_history
from tests.books.places import Place

SEEDS = 60
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
    """Most histories are short, so that many fit into the suite; every thirtieth has all five hundred."""
    return LONGEST if seed % 30 == 0 else random.Random(seed).randint(30, 110)
