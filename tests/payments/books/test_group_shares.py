"""A gift to a group that is shared with the group's campaign: two allocations, one gift."""

from datetime import date

import pytest

from ledger.accounts import Account
from ledger.money import GBP, Money
from payments.books.decide.entries import gift_entries
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.receiving import Received
from tests.payments.organisation_books import NOON

PARENT, GROUP, OTHER = 1, 2, 3
PARENTS = {GROUP: PARENT, OTHER: PARENT}


def booked(charged: int, *shares: tuple[int, int]) -> list[tuple[Account, int, int]]:
    """Account, campaign and pence of each entry of a gift of these shares (campaign, pence)."""
    gift = Gift(
        id="gift-1",
        state=GiftState.PENDING,
        amount=Money(sum(pence for _, pence in shares), GBP),
        allocations=tuple(Allocation(n, campaign, Money(pence, GBP)) for n, (campaign, pence) in enumerate(shares)),
        donor=DonorDetails("Jo", "jo@example.org"),
        created_at=NOON,
    )
    received = Received(gift, Money(charged, GBP), NOON, date(2026, 11, 21), "card", "pi_1", "ch_1", "evt_1")
    return [(entry.credit, entry.campaign, entry.amount.minor) for entry in gift_entries(received, PARENTS)]


@pytest.mark.parametrize(
    ("charged", "shares", "expected"),
    [
        (1000, [(GROUP, 800), (PARENT, 200)], [(Account.GIFTS, GROUP, 800), (Account.SHARES, PARENT, 200)]),
        (1000, [(PARENT, 200), (GROUP, 800)], [(Account.SHARES, PARENT, 200), (Account.GIFTS, GROUP, 800)]),
        (1000, [(PARENT, 1000)], [(Account.GIFTS, PARENT, 1000)]),
        (1000, [(GROUP, 500), (OTHER, 500)], [(Account.GIFTS, GROUP, 500), (Account.GIFTS, OTHER, 500)]),
        # Another amount came than was asked for, and all of it is the parent's: then the parent has the gift.
        (1, [(GROUP, 10), (PARENT, 90)], [(Account.GIFTS, PARENT, 1)]),
    ],
)
def test_a_gift_counts_once_however_it_is_shared(
    charged: int, shares: list[tuple[int, int]], expected: list[tuple[Account, int, int]]
) -> None:
    """A credit of `gifts` is a gift; what the parent has of a gift to its group is a share."""
    assert booked(charged, *shares) == expected
