"""In whatever order a story's deliveries come, the books end as the model's, on either engine.

A few orders of each story: what is proved here is that loading, saving and settling keep what was decided. All 24
orders of each story are decided in memory (`tests/payments/books/test_story_orders.py`); that loading leaves nothing
out, `tests/payments/books/test_load_known.py` proves; `./farthing soak books` plays all orders on both engines.
"""

import random
from itertools import chain

import pytest

from tests.books.book_databases import BookDatabase
from tests.books.product_books import delivery_orders, exports_after
from tests.books.scenarios import SCENARIOS, Scenario
from tests.books.simulation import simulate

PERMUTED = 4
# Other orders for each story; a database costs more on PostgreSQL.
ON_SQLITE, ON_POSTGRESQL = 3, 2


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_some_orders_of_a_story_end_in_the_same_books(
    scenario: Scenario, sqlite_books: BookDatabase, postgres_books: BookDatabase
) -> None:
    """Some orders of four deliveries, then one settlement: the model's books, and one canonical export."""
    with simulate() as simulation:
        for _ in scenario.story(simulation):
            pass
        orders = list(delivery_orders(scenario, simulation.deliveries(), PERMUTED))
        chance = random.Random(scenario.name)
        on_sqlite = chance.sample(orders, min(ON_SQLITE, len(orders)))
        on_postgresql = chance.sample(orders, min(ON_POSTGRESQL, len(orders)))
        exports = set(
            chain(
                exports_after(on_sqlite, sqlite_books, simulation),
                exports_after(on_postgresql, postgres_books, simulation),
            )
        )
    assert len(exports) == 1


def test_four_deliveries_have_twenty_four_orders() -> None:
    """The list is whole, none comes twice, and nothing is left out of any."""
    scenario = SCENARIOS["a_renewal"]
    with simulate() as simulation:
        for _ in scenario.story(simulation):
            pass
        orders = list(delivery_orders(scenario, simulation.deliveries(), PERMUTED))

    assert len({tuple(batch[0].id for batch in order[1:-1]) for order in orders}) == 24
    assert {len(list(chain(*order))) for order in orders} == {len(list(chain(*orders[0])))}
