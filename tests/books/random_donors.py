"""Random activity of donors, banks and treasurers in a simulation, most of it with gifts of ours.

A month at most, because Stripe lists no older events. Recurring gifts are weekly, so that renewals and their failures
fall into it.
"""

import random
from typing import Any

from payments.gifts.recurring import Interval
from sandbox.lifecycle.checkout_payment import collect_again
from sandbox.lifecycle.payment_intents import awaits_payment_method
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS
from sandbox.lifecycle.unrelated_money import add_unrelated_charge, add_unrelated_transaction
from sandbox.random_activity import RandomActivity
from tests.books.model import Shares
from tests.books.simulation import CARD, DAY, HOUR, Simulation
from tests.books.stories_giving import BACS_TAKEN_BACK

LONGEST = 28 * DAY
_CODES = ("GBP",) * 8 + ("EUR", "EUR", "USD", "JPY")
_CATEGORIES = ("fee", "tax", "network_cost", "topup", "transfer", "risk_reserved_funds", "a_new_category")
_SHARES: tuple[Shares, ...] = (((1, 1),), ((2, 1),), ((1, 1), (2, 1), (3, 1)), ((3, 5), (1, 2)))


class RandomDonors(RandomActivity):
    """Three payments in four are for gifts of ours; the others are unrelated money on the same account."""

    def __init__(self, simulation: Simulation, seed: int) -> None:
        super().__init__(simulation.twin, seed)
        self._simulation, self._chance = simulation, random.Random(seed)
        self._began = simulation.twin.world.clock.unfrozen_now()
        if self._chance.random() < 0.3:
            self._begin_with_unrelated_money()
        simulation.pledge(700)  # the first gift, from which on lists are read; nobody pays it
        if self._chance.random() < 0.2:
            self._take_back_a_debit()

    @property
    def over(self) -> bool:
        """Whether its month has passed."""
        return self._lasted() > LONGEST - DAY

    def step(self) -> None:
        """Make one random change, and deliver its events."""
        if (taken_back := self._taken_back_debits()) and self._chance.random() < 0.5:
            self._collect_again(taken_back)
        elif self._chance.random() < 0.06:
            self._unrelated_money()
        else:
            super().step()
        self._simulation.twin.settle()

    def _begin_with_unrelated_money(self) -> None:
        """There is money in the balance before the first gift."""
        for _ in range(3):
            self._unrelated_money()
        self._twin.advance(HOUR)

    def _take_back_a_debit(self) -> None:
        """Begin with a debit that is taken back: most histories are too short for that to happen later."""
        self._simulation.pay(self._simulation.pledge(2001, _SHARES[2]), BACS_TAKEN_BACK)
        self._twin.advance(6 * DAY + HOUR)

    def _lasted(self) -> float:
        return self._simulation.twin.world.clock.unfrozen_now() - self._began

    def _session(self, mode: str, amount: int, **more: Any) -> dict[str, Any]:
        if self._chance.random() < 0.25:
            return super()._session(mode, amount, **(more | _without_gift(more)))
        shares = self._chance.choice(_SHARES)
        if mode == "subscription":
            gift = self._simulation.pledge_recurring(amount, shares, Interval.WEEK).first_gift
        else:
            gift = self._simulation.pledge(amount, shares, self._chance.choice(_CODES)).id
        return self.call_api("GET", f"/v1/checkout/sessions/{self._simulation.sessions[gift]}")

    def _unrelated_money(self) -> None:
        """The balance moves for a reason that has nothing to do with gifts."""
        with self._twin.world.step():
            if self._chance.random() < 0.3:
                self._charges.append(add_unrelated_charge(self._twin.world, self._chance.randrange(200, 9_000))["id"])
            else:
                add_unrelated_transaction(
                    self._twin.world, self._chance.choice(_CATEGORIES), self._chance.randrange(-3_000, 3_000)
                )

    def _taken_back_debits(self) -> list[str]:
        """Charges of debits that were taken back, and that may be collected again."""
        with self._twin.world.step():
            store = self._twin.world.store
            taken_back = store.select("charge", "json_extract(body, '$.failure_balance_transaction') IS NOT NULL")
            intents = {charge["id"]: store.get(charge["payment_intent"]) for charge in taken_back}
        return [
            charge for charge, intent in intents.items() if awaits_payment_method(intent) and "_invoice" not in intent
        ]

    def _collect_again(self, charges: list[str]) -> None:
        methods = [method for method in SAMPLE_METHODS.values() if method.kind == "bacs_debit" or method.number == CARD]
        with self._twin.world.step():
            charge = self._twin.world.store.get(self._chance.choice(charges))
            self._charges.append(collect_again(self._twin.world, charge, self._chance.choice(methods))["id"])

    def _change_amount(self, path: str, subscription: dict[str, Any]) -> None:
        item = subscription["items"]["data"][0]
        price = {"currency": "gbp", "product": item["price"]["product"],
                 "recurring": {"interval": item["price"]["recurring"]["interval"]},
                 "unit_amount": self._chance.randrange(200, 9_000)}  # fmt: skip
        self.call_api("POST", path, items=[{"id": item["id"], "price_data": price}], proration_behavior="none")

    def _wait(self) -> None:
        self._twin.advance(min(self._chance.choice([1, 60, 3600, 6 * 3600, DAY, 2 * DAY]), LONGEST - self._lasted()))


def _without_gift(params: dict[str, Any]) -> dict[str, Any]:
    """The same session parameters without a gift's id, as a shop would send them."""
    return {"payment_intent_data": {"description": "A mug"}} if "payment_intent_data" in params else {}
