"""An endpoint keeps the API version with which it was made: whichever that is, the books are the same."""

import pytest

from sandbox.webhooks.endpoint import VERSIONS
from tests.books.places import Place
from tests.books.playing import Product
from tests.books.scenarios import SCENARIOS, Scenario
from tests.books.stage import stage


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_four_api_versions_end_in_the_same_books(scenario: Scenario, sqlite_place: Place) -> None:
    """Heard in each of the four shapes, then one settlement: the model's books, and one canonical export."""
    exports = set()
    with stage() as on:
        for _ in scenario.story(on):
            pass
        for version in VERSIONS:
            sqlite_place.begin(sqlite_place.empty)
            product = Product(sqlite_place.engine, on)
            product.know()
            for one in on.told(version):
                product.hear([one])
            product.settle()
            product.must_be(on.model, version)
            exports.add(product.canonical())
    assert len(exports) == 1


def test_an_old_endpoint_is_not_told_which_payment_paid_an_invoice() -> None:
    """Before 2025-05-28.basil only the list says it, so that the test above proves that the list does."""
    with stage() as on:
        for _ in SCENARIOS["a_renewal"].story(on):
            pass
        told = {version: {one.type for one in on.told(version)} for version in VERSIONS}

    links = [version for version in VERSIONS if "invoice_payment.paid" in told[version]]
    assert links == ["2026-08-26.dahlia", "2026-10-28.endive"]
