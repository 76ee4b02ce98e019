"""An endpoint keeps the API version with which it was made: with any of them the books are the same."""

import pytest

from sandbox.webhooks.endpoint import VERSIONS
from tests.books.book_databases import BookDatabase
from tests.books.product_books import ProductBooks
from tests.books.scenarios import SCENARIOS, Scenario
from tests.books.simulation import simulate


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_four_api_versions_end_in_the_same_books(scenario: Scenario, sqlite_books: BookDatabase) -> None:
    """Delivered in each of the four shapes, then one settlement: the model's books, and one canonical export."""
    exports = set()
    with simulate() as simulation:
        for _ in scenario.story(simulation):
            pass
        for version in VERSIONS:
            sqlite_books.restore(sqlite_books.empty)
            product = ProductBooks(sqlite_books.engine, simulation)
            product.add_gifts()
            for delivery in simulation.deliveries(version):
                product.deliver([delivery])
            product.settle()
            product.require_equal(simulation.model, version)
            exports.add(product.canonical())
    assert len(exports) == 1


def test_an_old_endpoint_does_not_report_which_payment_paid_an_invoice() -> None:
    """Before 2025-05-28.basil only the list has it, so that the test above proves that the list is read."""
    with simulate() as simulation:
        for _ in SCENARIOS["a_renewal"].story(simulation):
            pass
        types = {version: {delivery.type for delivery in simulation.deliveries(version)} for version in VERSIONS}

    links = [version for version in VERSIONS if "invoice_payment.paid" in types[version]]
    assert links == ["2026-08-26.dahlia", "2026-10-28.endive"]
