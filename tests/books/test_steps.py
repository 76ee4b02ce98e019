"""At every step of every story our `stripe` account is Stripe's balance."""

import pytest

from tests.books.book_databases import BookDatabase
from tests.books.product_books import ProductBooks
from tests.books.scenarios import SCENARIOS, Scenario
from tests.books.simulation import simulate


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_our_balance_is_stripes_at_every_step(scenario: Scenario, sqlite_books: BookDatabase) -> None:
    """Delivered and settled step by step: `stripe` is Stripe's balance, accounts are the model's, the audit passes."""
    sqlite_books.restore(sqlite_books.empty)
    with simulate() as simulation:
        product, delivered = ProductBooks(sqlite_books.engine, simulation), 0
        for _ in scenario.story(simulation):
            product.add_gifts()
            product.deliver(simulation.deliveries()[delivered:])
            delivered = len(simulation.deliveries())
            product.settle()
            assert product.stripe_balance() == simulation.balance() == simulation.model.stripe()
            product.require_equal(simulation.model)
            in_suspense = simulation.model.balances["suspense", "GBP", 0]
            assert product.failed_invariants() == (["suspense"] if in_suspense else [])
