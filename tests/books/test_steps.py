"""At every step of every story our account at Stripe holds what Stripe says that it holds."""

import pytest

from tests.books.places import Place
from tests.books.playing import Product
from tests.books.scenarios import SCENARIOS, Scenario
from tests.books.stage import stage


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_our_balance_is_stripes_at_every_step(scenario: Scenario, sqlite_place: Place) -> None:
    """Told and settled step by step: `stripe` is available and pending, every account the model's, every law kept."""
    sqlite_place.begin(sqlite_place.empty)
    with stage() as on:
        product, heard = Product(sqlite_place.engine, on), 0
        for _ in scenario.story(on):
            product.know()
            product.hear(on.told()[heard:])
            heard = len(on.told())
            product.settle()
            assert product.at_stripe() == on.balance() == on.model.stripe()
            product.must_be(on.model)
            assert product.complaints() == (["suspense"] if on.model.balances["suspense", "GBP", 0] else [])
