"""What a donor adds for fees: an estimate that leaves the gift whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import GBP, JPY, Money, currency
from organisation.organisation import GivingRules
from payments.gifts.fees import FeeRate, fee_rate
from payments.gifts.recurring import FeeCover


@pytest.mark.parametrize(("pence", "cover"), [(500, 28), (2500, 59), (10_000, 173)])
def test_the_cover_is_the_fee_of_gift_and_cover_together(pence: int, cover: int) -> None:
    """1.5 % and 20p of £25.59 are 59p, so £25 are left."""
    rate = fee_rate(GBP, GivingRules())
    assert rate is not None
    assert rate.to_cover(Money(pence, GBP)) == Money(cover, GBP)


@given(st.integers(1, 10**7), st.integers(0, 1000), st.integers(1, 100))
def test_what_is_left_is_the_gift_to_the_penny(pence: int, points: int, fixed: int) -> None:
    """Never less than the gift, and never more than a penny above it."""
    gift, rate = Money(pence, GBP), FeeRate(points, Money(fixed, GBP))
    left = gift + rate.to_cover(gift) - rate.of(gift + rate.to_cover(gift))
    assert Money(-1, GBP) <= left - gift <= Money(1, GBP)


def test_a_cover_is_an_amount_that_can_be_charged() -> None:
    """In whole krónur."""
    isk = currency("ISK")
    assert FeeRate(150, Money(0, isk)).to_cover(Money(100_000, isk)).minor % isk.step == 0


def test_nobody_is_asked_where_no_rate_is_known_or_the_organisation_does_not_want_it() -> None:
    """Its own rate goes before ours."""
    assert fee_rate(JPY, GivingRules()) is None
    assert fee_rate(GBP, GivingRules(fees={"GBP": (0, 0)})) is None
    assert fee_rate(GBP, GivingRules(fees={"GBP": (120, 20)})) == FeeRate(120, Money(20, GBP))


@given(st.integers(2, 10**7), st.data())
def test_an_instalment_has_the_same_part_for_fees(pence: int, data: st.DataObject) -> None:
    """Of the same amount the same; of another at most that part of it, and less than a penny below."""
    added, charged = data.draw(st.integers(1, pence - 1)), data.draw(st.integers(1, 10**7))
    cover = FeeCover(Money(added, GBP), Money(pence, GBP))
    assert cover.within(Money(pence, GBP)) == Money(added, GBP)
    part = cover.within(Money(charged, GBP))
    assert 0 <= charged * added - (part.minor if part else 0) * pence < pence
    assert cover.within(Money(charged, JPY)) is None
