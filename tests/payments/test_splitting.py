"""A gift over several campaigns adds up: laws of the splitting, and of what a parent has of its groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import GBP, Currency, Money, currency
from payments.gifts.gift import DonorDetails, allocate, pledge
from payments.gifts.splitting import (
    GiftPart,
    ParentShare,
    TooLittleToShare,
    equal_parts,
    parts_as_chosen,
    parts_in_proportion,
    shares_of_parts,
)
from tests.payments.organisation_books import NOON

CAMPAIGNS = st.lists(st.integers(1, 50), min_size=1, max_size=10, unique=True)
CURRENCIES = st.sampled_from([GBP, currency("JPY"), currency("ISK")])


@given(CAMPAIGNS, st.integers(1, 10**6), CURRENCIES, st.data())
def test_equal_parts_add_up_differ_by_a_unit_and_know_no_order(
    campaigns: list[int], units: int, of: Currency, data: st.DataObject
) -> None:
    """Where there is a unit for each; else they are refused, and the least that would do is named."""
    amount = Money(units * of.step, of)
    if units < len(campaigns):
        with pytest.raises(TooLittleToShare) as refusal:
            equal_parts(amount, campaigns)
        assert refusal.value.least == Money(len(campaigns) * of.step, of)
        return
    parts = equal_parts(amount, campaigns)
    sizes = [part.amount.minor for part in parts]
    assert sum(sizes) == amount.minor
    assert max(sizes) - min(sizes) <= of.step
    assert sizes == sorted(sizes, reverse=True)  # what is left over goes to the earlier campaigns
    assert parts == equal_parts(amount, data.draw(st.permutations(campaigns)))


@given(st.dictionaries(st.integers(1, 50), st.integers(1, 10**5), min_size=1, max_size=10), st.integers(0, 5000))
def test_own_amounts_stay_as_they_were_typed_and_the_cover_is_shared(typed: dict[int, int], cover: int) -> None:
    """Without a cover each is what was typed; with one none has less."""
    whole = sum(typed.values())
    parts = parts_in_proportion(Money(whole + cover, GBP), typed.items())
    assert sum(part.amount.minor for part in parts) == whole + cover
    assert [part.campaign for part in parts] == sorted(typed)
    assert all(part.amount.minor >= typed[part.campaign] for part in parts)


# Campaigns 1 and 2 are no groups; 3 and 4 are groups of 1, 5 is a group of 2.
PARENTS = {3: 1, 4: 1, 5: 2}
PARTS = st.dictionaries(st.integers(1, 5), st.integers(200, 10**5), min_size=1, max_size=5)


@given(PARTS, st.integers(1, 99), st.integers(1, 99))
def test_each_part_is_shared_with_the_parent_by_its_rule(typed: dict[int, int], first: int, second: int) -> None:
    """The shares add up, name each campaign once, and make a gift of just these amounts; so does each instalment."""
    percents = {1: first, 2: second}
    rules = {group: ParentShare(parent, percents[parent]) for group, parent in PARENTS.items()}
    parts = [GiftPart(campaign, Money(minor, GBP)) for campaign, minor in sorted(typed.items())]
    shares = shares_of_parts(parts, rules)
    whole = Money(sum(typed.values()), GBP)
    gift = pledge(whole, shares, DonorDetails("Zoë", "zoe@example.org"), NOON)
    assert [share.amount.minor for share in gift.allocations] == [share.weight for share in shares]
    assert len({share.campaign for share in shares}) == len(shares)
    assert sum(part.amount.minor for part in allocate(Money(whole.minor * 2 + 1, GBP), shares)) == whole.minor * 2 + 1
    minor = {share.campaign: share.weight for share in shares}
    for group, rule in rules.items():
        if group in typed:
            assert abs(minor.get(group, 0) * 100 - typed[group] * (100 - rule.percent)) < 100


@given(PARTS, st.integers(10, 50))
def test_what_the_donor_chose_is_found_again(typed: dict[int, int], percent: int) -> None:
    """For the form that a donor comes back to: the same campaigns, the same sum, each right to a few pennies."""
    rules = {group: ParentShare(parent, percent) for group, parent in PARENTS.items()}
    parts = tuple(GiftPart(campaign, Money(minor, GBP)) for campaign, minor in sorted(typed.items()))
    shares = [GiftPart(share.campaign, Money(share.weight, GBP)) for share in shares_of_parts(parts, rules)]
    chosen = parts_as_chosen(shares, rules)
    assert [part.campaign for part in chosen] == sorted(typed)
    assert sum(part.amount.minor for part in chosen) == sum(typed.values())
    assert all(abs(part.amount.minor - typed[part.campaign]) <= 6 for part in chosen)
