"""Which gifts are claimed on, by what was declared: pure rules."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import EUR, GBP, Money
from payments.gift_aid.claimable import ClaimableGift, NotClaimable, claimable, over_claimed, tax_on
from payments.gift_aid.gift_aid_declaration import DeclarationPlace, DeskEntry, covering, in_force, years_before
from tests.payments.gift_aid.samples import ADA, DECLARED, GIFT, ONCE, TODAY


@pytest.mark.parametrize(
    ("gift", "why"),
    [
        (replace(GIFT, kept=Money(0, GBP)), NotClaimable.NOTHING_LEFT),
        (replace(GIFT, kept=Money(2500, EUR)), NotClaimable.NOT_STERLING),
        (replace(GIFT, in_kind=True), NotClaimable.NOT_MONEY),
        (replace(GIFT, by_person=False), NotClaimable.NOT_BY_A_PERSON),
        (replace(GIFT, day=date(2022, 11, 20)), NotClaimable.NOT_DECLARED),
    ],
)
def test_what_is_no_gift_of_a_taxpayer_is_not_claimed(gift: object, why: NotClaimable) -> None:
    """Each for its own reason."""
    assert claimable(gift, [DECLARED], TODAY) is why  # type: ignore[arg-type]


def test_a_declaration_reaches_four_years_back_and_into_the_future() -> None:
    """To the day; one for a single gift covers that gift alone."""
    days = {date(2022, 11, 21): True, date(2022, 11, 20): False, date(2031, 1, 1): True}
    assert {day: DECLARED.covers("another", day) for day in days} == days
    assert [ONCE.covers(gift, TODAY) for gift in ("gift-1", "another")] == [True, False]
    assert years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)


def test_gifts_from_the_day_of_a_withdrawal_are_not_claimed() -> None:
    """Those before stay covered, and a new declaration covers them all again."""
    ended = replace(DECLARED, ends_on=TODAY)
    assert claimable(GIFT, [ended], TODAY) is NotClaimable.NOT_DECLARED
    assert isinstance(claimable(replace(GIFT, day=TODAY - timedelta(days=1)), [ended], TODAY), ClaimableGift)
    again = replace(DECLARED, id="later", declared_at=DECLARED.declared_at + timedelta(days=9))
    assert covering([ended, again], "gift-1", TODAY) == again
    assert (in_force([ended]), in_force([ended, again, ONCE])) == (None, again)


def test_the_name_and_address_are_those_that_were_told_last() -> None:
    """Of two declarations that cover a gift the newest counts."""
    moved = replace(
        DECLARED, id="moved", taxpayer=replace(ADA, house="9"), declared_at=DECLARED.declared_at + timedelta(days=1)
    )
    found = claimable(GIFT, [moved, DECLARED], TODAY)
    assert isinstance(found, ClaimableGift)
    assert found.declaration.taxpayer.house == "9"


def test_nobody_claims_after_four_years() -> None:
    """Also where the declaration covers the gift."""
    assert claimable(GIFT, [DECLARED], date(2030, 11, 22)) is NotClaimable.TOO_OLD
    assert isinstance(claimable(GIFT, [DECLARED], date(2030, 11, 21)), ClaimableGift)


@given(st.integers(1, 10**9))
def test_the_tax_is_a_quarter_of_the_gift(minor: int) -> None:
    """25p for every £1, to the nearest penny."""
    assert abs(tax_on(Money(minor, GBP)).minor - minor / 4) <= 0.5
    assert tax_on(Money(100, GBP)) == Money(25, GBP)


def test_what_was_claimed_and_then_went_back_was_claimed_too_much() -> None:
    """In part, in whole, or because the declaration was withdrawn for its day; never for growing old."""
    claimed = Money(2500, GBP)
    assert over_claimed(claimed, GIFT, [DECLARED]) == Money(0, GBP)
    assert over_claimed(claimed, replace(GIFT, kept=Money(1500, GBP)), [DECLARED]) == Money(1000, GBP)
    assert over_claimed(claimed, replace(GIFT, kept=Money(0, GBP)), [DECLARED]) == claimed
    assert over_claimed(claimed, GIFT, [replace(DECLARED, ends_on=TODAY)]) == claimed
    old = replace(GIFT, day=date(2024, 1, 1))
    assert over_claimed(claimed, old, [DECLARED]) == Money(0, GBP)


def test_a_gift_that_bought_something_is_not_claimed() -> None:
    """Not in part either: the rules of HMRC for that are not ours to apply."""
    assert claimable(replace(GIFT, has_benefit=True), [DECLARED], TODAY) is NotClaimable.NOT_FOR_NOTHING


PAPER = replace(
    DECLARED, place=DeclarationPlace.PAPER, entry=DeskEntry("treasurer-1", "Binder 3", first_day=TODAY, last_day=TODAY)
)


@pytest.mark.parametrize(("days", "is_covered"), [(-1, False), (0, True), (1, False)])
def test_a_paper_covers_the_days_that_its_donor_chose(days: int, is_covered: bool) -> None:
    """Not those before, and not those to come."""
    assert PAPER.covers("gift-9", TODAY + timedelta(days=days)) == is_covered
    assert in_force([PAPER]) is None


def test_a_spoken_declaration_is_confirmed_in_writing() -> None:
    """Without it there is none."""
    with pytest.raises(ValueError, match="confirmed"):
        replace(PAPER, place=DeclarationPlace.SPOKEN)
