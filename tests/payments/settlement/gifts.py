"""Gifts for these tests."""

from datetime import datetime

from ledger.money import Money, currency
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from tests.payments.organisation_books import gift_id


def pledge(n: int, minor: int, code: str, now: datetime) -> Gift:
    """The n-th gift, pending, half for each of two campaigns (the first has the odd penny)."""
    amount = Money(minor, currency(code))
    parts = amount.allocate([1, 1])
    return Gift(
        id=gift_id(n),
        state=GiftState.PENDING,
        amount=amount,
        allocations=tuple(Allocation(k, k + 1, part) for k, part in enumerate(parts)),
        donor=DonorDetails(f"Donor {n}", f"donor{n}@example.org"),
        created_at=now,
        attempted_at=now,
        return_token=f"return-{n}",
    )
