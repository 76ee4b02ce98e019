"""The model itself: small enough to be believed, and right by hand."""

import ast
import sys
from pathlib import Path

from tests.books import model
from tests.books.model import Model
from tests.books.model_from_twin import model_from_twin
from tests.books.scenarios import SCENARIOS
from tests.books.simulation import simulate

LONGEST = 150


def test_the_model_is_short_and_knows_nothing_of_ours() -> None:
    """At most 150 lines, and no import but of the standard library."""
    source = Path(str(model.__file__)).read_text()
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {getattr(node, "module", None) or node.names[0].name for node in imports}

    assert len(source.splitlines()) <= LONGEST
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_a_gift_a_fee_a_refund_and_a_payout_by_hand() -> None:
    """£25 less 58p, £10.01 back, the rest to the bank."""
    model = Model()
    model.gave("payment", 2500, ((1, 1), (2, 1)))
    assert (model.clearing["payment", "GBP"], model.raised()) == (2500, {(1, "GBP"): 1250, (2, "GBP"): 1250})
    model.settled("payment", 2500, fee=58)
    assert (model.clearing["payment", "GBP"], model.stripe()) == (0, {"GBP": 2442})
    assert [model.balances["fees", "GBP", campaign] for campaign in (0, 1, 2)] == [0, 29, 29]
    model.refunded("refund", "payment", 1001)
    model.settled("refund", -1001)
    assert (model.stripe(), model.raised()) == ({"GBP": 1441}, {(1, "GBP"): 749, (2, "GBP"): 750})
    model.sent("payout", 1441)
    model.arrives("payout")
    assert (model.stripe(), model.balances["bank", "GBP", 0], model.in_transit["payout", "GBP"]) == ({}, 1441, 0)


def test_debits_are_credits_in_every_story() -> None:
    """The model's balances always add up to zero; the model made from the twin is the same."""
    for scenario in SCENARIOS.values():
        with simulate() as simulation:
            for _ in scenario.story(simulation):
                assert sum(simulation.model.balances.values()) == 0, scenario.name
            from_twin = model_from_twin(simulation)
        for figures in ("balances", "clearing", "in_transit"):
            assert getattr(from_twin, figures) == getattr(simulation.model, figures), (scenario.name, figures)
        assert from_twin.gifts == simulation.model.gifts, scenario.name
