"""A life on a stage: what donors, banks and treasurers do by chance, most of it with gifts of ours.

A month at most, because Stripe tells of older events nowhere; recurring gifts are weekly, so that renewals and
their failures fall into it.
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
from tests.books.stage import CARD, DAY, HOUR, Stage
from tests.books.stories_giving import BACS_TAKEN_BACK

LONGEST = 28 * DAY
_CODES = ("GBP",) * 8 + ("EUR", "EUR", "USD", "JPY")
_CATEGORIES = ("fee", "tax", "network_cost", "topup", "transfer", "risk_reserved_funds", "a_new_category")
_SHARES: tuple[Shares, ...] = (((1, 1),), ((2, 1),), ((1, 1), (2, 1), (3, 1)), ((3, 5), (1, 2)))


class Life(RandomActivity):
    """Ours is three in four; the rest is somebody else's money on the same account."""

    def __init__(self, stage: Stage, seed: int) -> None:
        super().__init__(stage.twin, seed)
        self._stage, self._chance = stage, random.Random(seed)
        self._began = stage.twin.world.clock.unfrozen_now()
        if self._chance.random() < 0.3:
            self._be_older_than_us()
        stage.pledge(700)  # our time begins: nobody pays this one
        if self._chance.random() < 0.2:
            self._lose_a_debit()

    @property
    def over(self) -> bool:
        """Whether its month has passed."""
        return self._lasted() > LONGEST - DAY

    def step(self) -> None:
        """Something happens, and is told."""
        if (lost := self._lost()) and self._chance.random() < 0.5:
            self._collect_again(lost)
        elif self._chance.random() < 0.06:
            self._elsewhere()
        else:
            super().step()
        self._stage.twin.settle()

    def _be_older_than_us(self) -> None:
        """The account has a history: some of it is in the balance when our time begins."""
        for _ in range(3):
            self._elsewhere()
        self._twin.advance(HOUR)

    def _lose_a_debit(self) -> None:
        """It begins with one that is taken back: most histories are too short for that to happen in them."""
        self._stage.pay(self._stage.pledge(2001, _SHARES[2]), BACS_TAKEN_BACK)
        self._twin.advance(6 * DAY + HOUR)

    def _lasted(self) -> float:
        return self._stage.twin.world.clock.unfrozen_now() - self._began

    def _session(self, mode: str, amount: int, **more: Any) -> dict[str, Any]:
        if self._chance.random() < 0.25:
            return super()._session(mode, amount, **(more | _nobodys(more)))
        shares = self._chance.choice(_SHARES)
        if mode == "subscription":
            gift = self._stage.pledge_standing(amount, shares, Interval.WEEK).first_gift
        else:
            gift = self._stage.pledge(amount, shares, self._chance.choice(_CODES)).id
        return self.call_api("GET", f"/v1/checkout/sessions/{self._stage.sessions[gift]}")

    def _elsewhere(self) -> None:
        """Something moves the balance that no gift has to do with."""
        with self._twin.world.step():
            if self._chance.random() < 0.3:
                self._charges.append(add_unrelated_charge(self._twin.world, self._chance.randrange(200, 9_000))["id"])
            else:
                add_unrelated_transaction(
                    self._twin.world, self._chance.choice(_CATEGORIES), self._chance.randrange(-3_000, 3_000)
                )

    def _lost(self) -> list[str]:
        """Charges of debits that were taken back, and that may be collected again."""
        with self._twin.world.step():
            store = self._twin.world.store
            taken_back = store.select("charge", "json_extract(body, '$.failure_balance_transaction') IS NOT NULL")
            intents = {charge["id"]: store.get(charge["payment_intent"]) for charge in taken_back}
        return [charge for charge, of in intents.items() if awaits_payment_method(of) and "_invoice" not in of]

    def _collect_again(self, lost: list[str]) -> None:
        means = [one for one in SAMPLE_METHODS.values() if one.kind == "bacs_debit" or one.number == CARD]
        with self._twin.world.step():
            charge = self._twin.world.store.get(self._chance.choice(lost))
            self._charges.append(collect_again(self._twin.world, charge, self._chance.choice(means))["id"])

    def _change_amount(self, path: str, seen: dict[str, Any]) -> None:
        part = seen["items"]["data"][0]
        price = {"currency": "gbp", "product": part["price"]["product"],
                 "recurring": {"interval": part["price"]["recurring"]["interval"]},
                 "unit_amount": self._chance.randrange(200, 9_000)}  # fmt: skip
        self.call_api("POST", path, items=[{"id": part["id"], "price_data": price}], proration_behavior="none")

    def _wait(self) -> None:
        self._twin.advance(min(self._chance.choice([1, 60, 3600, 6 * 3600, DAY, 2 * DAY]), LONGEST - self._lasted()))


def _nobodys(asked: dict[str, Any]) -> dict[str, Any]:
    """The same without a gift's id: a shop does not know of gifts."""
    return {"payment_intent_data": {"description": "A mug"}} if "payment_intent_data" in asked else {}
