"""A life on a stage: what donors, banks and treasurers do by chance, most of it with gifts of ours.

A month at most, because Stripe tells of older events nowhere; recurring gifts are weekly, so that renewals and
their failures fall into it.
"""

import random
from typing import Any

from payments.recurring.recurring import Interval
from sandbox.life.elsewhere import charge_elsewhere, enter_line
from sandbox.random_life import RandomLife
from tests.books.model import Shares
from tests.books.stage import DAY, HOUR, Stage

LONGEST = 28 * DAY
_CODES = ("GBP",) * 8 + ("EUR", "EUR", "USD", "JPY")
_CATEGORIES = ("fee", "tax", "network_cost", "topup", "transfer", "risk_reserved_funds", "a_new_category")
_SHARES: tuple[Shares, ...] = (((1, 1),), ((2, 1),), ((1, 1), (2, 1), (3, 1)), ((3, 5), (1, 2)))


class Life(RandomLife):
    """Ours is three in four; the rest is somebody else's money on the same account."""

    def __init__(self, stage: Stage, seed: int) -> None:
        super().__init__(stage.twin, seed)
        self._stage, self._chance = stage, random.Random(seed)
        self._began = stage.twin.world.clock.shown()
        if self._chance.random() < 0.3:
            self._be_older_than_us()
        stage.pledge(700)  # our time begins: nobody pays this one

    @property
    def over(self) -> bool:
        """Whether its month has passed."""
        return self._lasted() > LONGEST - DAY

    def step(self) -> None:
        """Something happens, and is told."""
        if self._chance.random() < 0.06:
            self._elsewhere()
        else:
            super().step()
        self._stage.twin.settle()

    def _be_older_than_us(self) -> None:
        """The account has a history: some of it is in the balance when our time begins."""
        for _ in range(3):
            self._elsewhere()
        self._twin.advance(HOUR)

    def _lasted(self) -> float:
        return self._stage.twin.world.clock.shown() - self._began

    def _session(self, mode: str, amount: int, **more: Any) -> dict[str, Any]:
        if self._chance.random() < 0.25:
            return super()._session(mode, amount, **(more | _nobodys(more)))
        shares = self._chance.choice(_SHARES)
        if mode == "subscription":
            gift = self._stage.pledge_standing(amount, shares, Interval.WEEK).first_gift
        else:
            gift = self._stage.pledge(amount, shares, self._chance.choice(_CODES)).id
        return self.ask("GET", f"/v1/checkout/sessions/{self._stage.sessions[gift]}")

    def _elsewhere(self) -> None:
        """Something moves the balance that no gift has to do with."""
        with self._twin.world.step():
            if self._chance.random() < 0.3:
                self._charges.append(charge_elsewhere(self._twin.world, self._chance.randrange(200, 9_000))["id"])
            else:
                enter_line(self._twin.world, self._chance.choice(_CATEGORIES), self._chance.randrange(-3_000, 3_000))

    def _change_amount(self, path: str, seen: dict[str, Any]) -> None:
        part = seen["items"]["data"][0]
        price = {"currency": "gbp", "product": part["price"]["product"],
                 "recurring": {"interval": part["price"]["recurring"]["interval"]},
                 "unit_amount": self._chance.randrange(200, 9_000)}  # fmt: skip
        self.ask("POST", path, items=[{"id": part["id"], "price_data": price}], proration_behavior="none")

    def _wait(self) -> None:
        self._twin.advance(min(self._chance.choice([1, 60, 3600, 6 * 3600, DAY, 2 * DAY]), LONGEST - self._lasted()))


def _nobodys(asked: dict[str, Any]) -> dict[str, Any]:
    """The same without a gift's id: a shop does not know of gifts."""
    return {"payment_intent_data": {"description": "A mug"}} if "payment_intent_data" in asked else {}
