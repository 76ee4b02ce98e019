"""Splitting a gift between a group and its campaign: laws, for any rule and any amount."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.money import CURRENCIES, EUR, GBP, Money
from payments.gifts.gift import DonorDetails, Share, pledge, split
from payments.gifts.recurring import Interval, Rhythm, begin, instalment
from tests.payments.organisation_books import NOON

DONOR = DonorDetails("Jo", "jo@example.org")
PERCENT = st.integers(1, 99)
# Any amount that Stripe charges, in any currency.
CHARGED = st.builds(
    lambda currency, steps: Money(steps * currency.step, currency),
    st.sampled_from(sorted(CURRENCIES.values(), key=str)),
    st.integers(1, 10**8),
)


def rule(percent: int) -> tuple[Share, Share]:
    """A group, and its campaign with this share."""
    return Share(0, 2, 100 - percent), Share(1, 1, percent)


@given(CHARGED, PERCENT)
def test_shares_sum_to_the_gift_for_any_rule_and_amount(amount: Money, percent: int) -> None:
    """To the penny, in parts that Stripe charges, none further from its exact share than one such part."""
    gift = pledge(amount, rule(percent), DONOR, NOON)
    parts = split(amount, [100 - percent, percent])

    assert sum((part.amount for part in gift.allocations), start=Money(0, amount.currency)) == amount
    assert [part.amount for part in gift.allocations] == [part for part in parts if part]
    for part, weight in zip(parts, (100 - percent, percent), strict=True):
        assert part.minor % amount.currency.step == 0
        assert abs(part.minor * 100 - amount.minor * weight) < 100 * amount.currency.step


@given(CHARGED, CHARGED, PERCENT)
def test_instalments_keep_the_rule_that_the_first_gift_began_with(first: Money, later: Money, percent: int) -> None:
    """Also of another amount, and however the first was rounded."""
    later = Money(later.minor // later.currency.step * first.currency.step, first.currency)
    recurring = begin(pledge(first, rule(percent), DONOR, NOON), Rhythm(Interval.MONTH), rule(percent))

    assert (
        instalment(recurring, "in_2", later, NOON).allocations == pledge(later, rule(percent), DONOR, NOON).allocations
    )


def test_what_is_left_over_goes_to_the_largest_remainder_and_on_a_tie_to_the_group() -> None:
    """A fifth of £25.01 is 500.2 pence; half of three cents is one and a half."""
    assert split(Money(2501, GBP), [80, 20]) == [Money(2001, GBP), Money(500, GBP)]
    assert split(Money(2503, GBP), [80, 20]) == [Money(2002, GBP), Money(501, GBP)]
    assert split(Money(3, EUR), [50, 50]) == [Money(2, EUR), Money(1, EUR)]
