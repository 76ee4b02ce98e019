"""Random activity: whatever happens and whatever is delivered, our balance is Stripe's after a reconcile."""

import random
from typing import Any

import pytest
from sqlalchemy import Engine

from sandbox.random_activity import RandomActivity
from tests.payments.settlement.account import DAY, Account

SEEDS = range(4)


class OurRandomActivity(RandomActivity):
    """Two givers in three are ours."""

    def __init__(self, account: Account, seed: int) -> None:
        super().__init__(account.twin, seed)
        self._account, self._random_owner = account, random.Random(seed)

    def _session(self, mode: str, amount: int, **more: Any) -> dict[str, Any]:
        if self._random_owner.random() < 1 / 3:
            more.pop("payment_intent_data", None)
            return super()._session(mode, amount, **more)
        metadata = self._account.pledge_metadata(mode, amount)
        field = "subscription_data" if mode == "subscription" else "payment_intent_data"
        return super()._session(mode, amount, **{field: {"metadata": metadata}, "metadata": metadata})


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_life_is_followed_to_the_penny(account: Account, seed: int, engine: Engine) -> None:
    """Some of it delivered, some lost, some twice; settled now and then; reconciled at the end."""
    activity, chance = OurRandomActivity(account, seed), random.Random(f"hearing {seed}")
    for _ in range(70):
        activity.step()
        account.twin.settle()
        if chance.random() < 0.3:
            account.deliver_some(chance)
        if account.gifts and chance.random() < 0.1:
            account.settle()
    account.do("schedule", every="manual")
    account.wait(3 * DAY)
    account.lose_deliveries()
    result = account.reconciliation.reconcile()

    assert result.errors == {}
    account.require_agreement()
    assert set(account.uncleared()) <= account.pending_refunds()
    assert account.reconciliation.reconcile().entries == {}
