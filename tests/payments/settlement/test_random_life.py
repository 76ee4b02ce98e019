"""A random life: whatever happens and whatever of it is heard, our balance is Stripe's, and a reconcile heals."""

import random
from typing import Any

import pytest
from sqlalchemy import Engine

from sandbox.random_activity import RandomActivity
from tests.payments.settlement.account import DAY, Account

SEEDS = range(4)


class Life(RandomActivity):
    """Two givers in three are ours."""

    def __init__(self, account: Account, seed: int) -> None:
        super().__init__(account.twin, seed)
        self._account, self._whose = account, random.Random(seed)

    def _session(self, mode: str, amount: int, **more: Any) -> dict[str, Any]:
        if self._whose.random() < 1 / 3:
            more.pop("payment_intent_data", None)
            return super()._session(mode, amount, **more)
        marks = self._account.marks(mode, amount)
        wanted = "subscription_data" if mode == "subscription" else "payment_intent_data"
        return super()._session(mode, amount, **{wanted: {"metadata": marks}, "metadata": marks})


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_life_is_followed_to_the_penny(account: Account, seed: int, engine: Engine) -> None:
    """Some of it heard, some lost, some twice; settled now and then; reconciled at the end."""
    life, chance = Life(account, seed), random.Random(f"hearing {seed}")
    for _ in range(70):
        life.step()
        account.twin.settle()
        if chance.random() < 0.3:
            account.hear_some(chance)
        if account.gifts and chance.random() < 0.1:
            account.settle()
    account.do("schedule", every="manual")
    account.wait(3 * DAY)
    account.lose()
    found = account.settling.reconcile()

    assert found.errors == {}
    account.agree()
    assert set(account.uncleared()) <= account.still_open()
    assert account.settling.reconcile().entries == {}
