"""After the restore of an older backup a recurring gift is adopted with its end, and shared as it was."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.transactions import reading, writing
from ledger.money import GBP, JPY, Currency, Money
from payments.gifts.gift import DonorDetails, Gift, Share, pledge
from payments.gifts.lost import adopted_gift, adopted_recurring
from payments.gifts.lost_store import add_lost, adopt_gift, lost_gift_of
from payments.gifts.recurring import Interval, Recurring, Rhythm, begin
from payments.gifts.recurring_store import recurring_of
from payments.gifts.store import gift as gift_of
from payments.reading.lost_gifts import read_lost_once, read_lost_recurring
from payments.stripe.checkout import Purpose, session_params
from tests.payments.organisation_books import NOON, Books

PURPOSES = {1: Purpose("libraries", "Save our libraries"), 2: Purpose("buses", "Bring back the bus")}
NUMBERS = {"libraries": 1, "buses": 2}
POLLING_DAY = datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC)
FIFTH = (Share(0, 1, 80), Share(1, 2, 20))


def began(pence: int, shares: tuple[Share, ...], rhythm: Rhythm) -> tuple[Gift, Recurring]:
    """A recurring gift and its first gift, as a form makes them."""
    first = pledge(Money(pence, GBP), shares, DonorDetails("Zoë", "zoe@example.org"), NOON)
    first = replace(first, source="leaflet-7")
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
    [
        Rhythm(Interval.MONTH),
        Rhythm(Interval.MONTH, ends_at=POLLING_DAY),
        Rhythm(Interval.MONTH, instalments=12),
        Rhythm(Interval.MONTH, day=28),
    ],
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
        begun = gift_of(conn, adopted.first_gift)
    assert (adopted.shares, adopted.rhythm) == (FIFTH, rhythm)
    assert begun is not None
    assert begun.source == "leaflet-7"


def test_a_rule_whose_campaigns_became_another_keeps_one_share_of_it() -> None:
    """A treasurer chose one campaign for both: its weights add up, as its first amounts do."""
    first, recurring = began(2501, FIFTH, Rhythm(Interval.MONTH))
    lost = read_lost_recurring(recurring.id, at_stripe(first, recurring), None)
    adopted = adopted_recurring(lost, adopted_gift(lost, dict.fromkeys(NUMBERS, 2)), dict.fromkeys(NUMBERS, 2))
    assert adopted is not None
    assert adopted.shares == (Share(0, 2, 100),)


def test_a_campaign_that_had_no_penny_of_the_first_instalment_keeps_its_weight() -> None:
    """A hundredth of 20p is nothing; of the next amount it may be something."""
    first, recurring = began(20, (Share(0, 1, 99), Share(1, 2, 1)), Rhythm(Interval.MONTH))
    lost = read_lost_recurring(recurring.id, at_stripe(first, recurring), None)
    assert [share.slug for share in lost.shares] == ["libraries"]
    assert lost.slugs == ("libraries", "buses")


def test_of_an_older_one_stripe_says_when_it_stops() -> None:
    """Not whether its donor chose a day or a number of instalments: the end stays as it is at Stripe."""
    first, recurring = began(2501, FIFTH, Rhythm(Interval.MONTH, ends_at=POLLING_DAY))
    subscription = at_stripe(first, recurring)
    stops = {"cancel_at": int(POLLING_DAY.timestamp())}
    newer = read_lost_recurring(recurring.id, subscription | stops, None)
    assert (newer.ends_at, newer.stops_at) == (POLLING_DAY, None)
    subscription["metadata"] = {"recurring_id": recurring.id}
    older = read_lost_recurring(recurring.id, subscription | stops, None)
    assert (older.ends_at, older.instalments, older.stops_at) == (None, None, POLLING_DAY)


@given(weights=st.lists(st.integers(1, 100), min_size=2, max_size=2), units=st.integers(100, 10_000_000),
       of=st.sampled_from([GBP, JPY]), source=st.from_regex("[a-z0-9-]{0,40}", fullmatch=True))  # fmt: skip
def test_a_gift_given_once_comes_back_by_share_and_currency(
    weights: list[int], units: int, of: Currency, source: str
) -> None:
    """As its checkout has it, to the penny or the yen, with the code of its link."""
    shares = [Share(n, n + 1, weight) for n, weight in enumerate(weights)]
    asked = replace(pledge(Money(units, of), shares, DonorDetails("Zoë", "zoe@example.org"), NOON), source=source)
    params: Any = session_params(asked, PURPOSES, "http://give.invalid", None)
    lines = [{"amount_total": line["price_data"]["unit_amount"], "price": line["price_data"]} for line in
             params["line_items"]]  # fmt: skip
    session = {"id": "cs_1", "created": int(NOON.timestamp()), "currency": of.code.lower(),
               "line_items": {"data": lines}, "metadata": params["metadata"]}  # fmt: skip
    charge = {"amount": units, "currency": of.code.lower(), "created": int(NOON.timestamp()),
              "metadata": params["payment_intent_data"]["metadata"]}  # fmt: skip
    assert read_lost_once(asked.id, charge, None).source == source
    adopted = adopted_gift(read_lost_once(asked.id, charge, session), NUMBERS)
    assert (adopted.amount, adopted.source, adopted.allocations) == (
        asked.amount, source, tuple(replace(part, n=n) for n, part in enumerate(asked.allocations))
    )  # fmt: skip


@given(weights=st.lists(st.integers(1, 100), min_size=2, max_size=2), pence=st.integers(200, 10_000_000))
def test_any_rule_comes_back_from_stripe(weights: list[int], pence: int) -> None:
    """In the order of its shares."""
    shares = tuple(Share(n, n + 1, weight) for n, weight in enumerate(weights))
    first, recurring = began(pence, shares, Rhythm(Interval.MONTH))
    if len(first.allocations) == len(shares):
        expected = tuple((PURPOSES[share.campaign].slug, share.weight) for share in shares)
        assert read_lost_recurring(recurring.id, at_stripe(first, recurring), None).weights == expected


@pytest.mark.parametrize(
    "written", [{}, {"weights": "libraries"}, {"weights": "libraries:x"}, {"instalments": "-1"}, {"source": "=A1"}]
)
def test_what_somebody_changed_at_stripe_is_left_out(written: dict[str, str]) -> None:
    """Then it is shared as its first instalment was, and Stripe keeps the end."""
    first, recurring = began(2501, FIFTH, Rhythm(Interval.MONTH, instalments=12))
    subscription = at_stripe(first, recurring)
    subscription["metadata"] = {"recurring_id": recurring.id} | written
    lost = read_lost_recurring(recurring.id, subscription, None)
    assert (lost.weights, lost.ends_at, lost.instalments, lost.source) == ((), None, None, "")
