"""Whatever the order in which a story is told, the books end the same, on either engine, as the model says."""

import random
from itertools import chain

import pytest

from tests.books.places import Place
from tests.books.playing import arrangements, exports
from tests.books.scenarios import SCENARIOS, Scenario
from tests.books.stage import stage

PERMUTED = 4
# A database is dear on PostgreSQL: there a few orders of each story, other ones for each; the soak plays all.
ON_POSTGRESQL = 3


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_every_order_of_a_story_ends_in_the_same_books(
    scenario: Scenario, sqlite_place: Place, postgres_place: Place
) -> None:
    """All orders of four deliveries, then one settlement: the model's books, and one canonical export."""
    with stage() as on:
        for _ in scenario.story(on):
            pass
        orders = list(arrangements(scenario, on.told(), PERMUTED))
        some = random.Random(scenario.name).sample(orders, min(ON_POSTGRESQL, len(orders)))
        found = set(chain(exports(orders, sqlite_place, on), exports(some, postgres_place, on)))
    assert len(found) == 1


def test_four_deliveries_have_twenty_four_orders() -> None:
    """The list is whole, none comes twice, and nothing is left out of any."""
    scenario = SCENARIOS["a_renewal"]
    with stage() as on:
        for _ in scenario.story(on):
            pass
        orders = list(arrangements(scenario, on.told(), PERMUTED))

    assert len({tuple(batch[0].id for batch in order[1:-1]) for order in orders}) == 24
    assert {len(list(chain(*order))) for order in orders} == {len(list(chain(*orders[0])))}
