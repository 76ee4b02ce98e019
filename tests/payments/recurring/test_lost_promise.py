"""After the restore of an older backup a recurring gift is adopted with its end, and shared as it was."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.transactions import reading, writing
from ledger.money import GBP, Money
from payments.gifts.gift import DonorDetails, Gift, Share, pledge
from payments.gifts.lost_store import add_lost, adopt_gift, lost_gift_of
from payments.gifts.recurring import Interval, Recurring, Rhythm, begin
from payments.gifts.recurring_store import recurring_of
from payments.reading.lost_gifts import read_lost_recurring
from payments.stripe.checkout import Purpose, session_params
from tests.payments.organisation_books import NOON, Books

PURPOSES = {1: Purpose("libraries", "Save our libraries"), 2: Purpose("buses", "Bring back the bus")}
NUMBERS = {"libraries": 1, "buses": 2}
POLLING_DAY = datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC)
FIFTH = (Share(0, 1, 80), Share(1, 2, 20))


def began(pence: int, shares: tuple[Share, ...], rhythm: Rhythm) -> tuple[Gift, Recurring]:
    """A recurring gift and its first gift, as a form makes them."""
    first = pledge(Money(pence, GBP), shares, DonorDetails("Zoë", "zoe@example.org"), NOON)
    return first, begin(first, rhythm, shares)


def at_stripe(first: Gift, recurring: Recurring) -> dict[str, Any]:
    """The subscription that its checkout began, as far as it is read."""
    params: Any = session_params(first, PURPOSES, "http://give.invalid", recurring)
    prices = [line["price_data"] for line in params["line_items"]]
    return {
        "object": "subscription",
        "id": "sub_1",
        "created": int(NOON.timestamp()),
        "metadata": params["subscription_data"]["metadata"],
        "items": {"object": "list", "data": [{"object": "subscription_item", "price": price} for price in prices]},
    }


@pytest.mark.parametrize(
    "rhythm",
    [Rhythm(Interval.MONTH), Rhythm(Interval.MONTH, ends_at=POLLING_DAY), Rhythm(Interval.MONTH, instalments=12)],
)
def test_an_adopted_recurring_gift_is_as_its_donor_made_it(books: Books, rhythm: Rhythm) -> None:
    """£25.01 shared 80 to 20: the rule stays, not the pennies of the first instalment."""
    first, recurring = began(2501, FIFTH, rhythm)
    lost = read_lost_recurring(recurring.id, at_stripe(first, recurring), None)
    with writing(books.engine) as conn:
        add_lost(conn, [lost], NOON)
        kept = lost_gift_of(conn, recurring.id)
        assert kept == lost
        assert kept is not None
        adopt_gift(conn, kept, NUMBERS, NOON)
    with reading(books.engine) as conn:
        adopted = recurring_of(conn, [recurring.id])[recurring.id]
    assert (adopted.shares, adopted.rhythm) == (FIFTH, rhythm)


@given(weights=st.lists(st.integers(1, 100), min_size=2, max_size=2), pence=st.integers(200, 10_000_000))
def test_any_rule_comes_back_from_stripe(weights: list[int], pence: int) -> None:
    """In the order of its shares."""
    shares = tuple(Share(n, n + 1, weight) for n, weight in enumerate(weights))
    first, recurring = began(pence, shares, Rhythm(Interval.MONTH))
    if len(first.allocations) == len(shares):
        expected = tuple((PURPOSES[share.campaign].slug, share.weight) for share in shares)
        assert read_lost_recurring(recurring.id, at_stripe(first, recurring), None).weights == expected


@pytest.mark.parametrize("written", [{}, {"weights": "libraries"}, {"weights": "libraries:x"}, {"instalments": "-1"}])
def test_what_somebody_changed_at_stripe_is_left_out(written: dict[str, str]) -> None:
    """Then it is shared as its first instalment was, and Stripe keeps the end."""
    first, recurring = began(2501, FIFTH, Rhythm(Interval.MONTH, instalments=12))
    subscription = at_stripe(first, recurring)
    subscription["metadata"] = {"recurring_id": recurring.id} | written
    lost = read_lost_recurring(recurring.id, subscription, None)
    assert (lost.weights, lost.ends_at, lost.instalments) == ((), None, None)
