"""Which gifts are checked, and which small ones are a question."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from compliance.check import CheckReason
from compliance.due_checks import due_checks, gifts_added_up, splitting_signs
from compliance.regime import Regime, RegimePeriod
from compliance.regulated_gift import GiftNature, RegulatedGift, benefit_value
from compliance.rule import PERMISSIBILITY, RuleBook
from compliance.thresholds import shipped_rules
from tests.compliance.gifts import FOREVER, gift, pounds

RULES, PARTY = shipped_rules(), FOREVER[Regime.PARTY]
MAY = date(2024, 5, 1)


def gifts_of(*values: str, first: date = MAY, apart: int = 1) -> list[RegulatedGift]:
    """Gifts of one donor, so many days apart, named by their place."""
    days = (first + timedelta(days=apart * place) for place in range(len(values)))
    return [gift(value, day, gift_id=str(place)) for place, (value, day) in enumerate(zip(values, days, strict=True))]


def due(gifts: list[RegulatedGift], *checked: str, rules: RuleBook = RULES) -> list[tuple[str, CheckReason]]:
    """The ids of the gifts to check, and why."""
    return [(each.gift.gift_id, each.reason) for each in due_checks(gifts, checked, PARTY, rules)]


ABOVE, LINKED = CheckReason.ABOVE_THRESHOLD, CheckReason.LINKED_TOTAL


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["500"], []),
        (["500.01"], [("0", ABOVE)]),
        (["600", "600"], [("0", ABOVE), ("1", ABOVE)]),
        (["300", "200"], []),
        (["300", "200.01"], [("1", LINKED)]),
        (["300", "300", "300", "300"], [("1", LINKED), ("3", LINKED)]),
        (["300", "9000", "300"], [("1", ABOVE), ("2", LINKED)]),
    ],
)
def test_a_gift_above_the_threshold_or_that_makes_the_total_pass_it(
    values: list[str], expected: list[tuple[str, CheckReason]]
) -> None:
    """More than £500, alone or with the smaller ones since the last check."""
    assert due(gifts_of(*values)) == expected


@pytest.mark.parametrize(
    ("values", "checked", "of", "expected"),
    [
        (["300", "300"], [], "1", "01"),
        (["300", "300", "300", "300"], [], "3", "23"),
        (["300", "9000", "300"], [], "2", "02"),
        (["200", "200", "200"], ["0"], "2", "12"),
        (["600"], [], "0", ""),
    ],
)
def test_the_gifts_that_passed_the_threshold_together(
    values: list[str], checked: list[str], of: str, expected: str
) -> None:
    """Since the last check, without those that are checked for themselves, the gift itself last."""
    assert "".join(each.gift_id for each in gifts_added_up(of, gifts_of(*values), checked, PARTY, RULES)) == expected


def test_a_check_that_was_made_is_not_made_again() -> None:
    """It begins the total anew where it stands: a person has looked at what came before."""
    gifts = gifts_of("300", "300", "300")

    assert due(gifts, "1") == []
    assert due(gifts, "0") == [("2", LINKED)]


def test_every_later_gift_has_its_own_check() -> None:
    """Progress was fined because a donor had been checked once (reference/uk-rules.md §6)."""
    assert due(gifts_of("600", "600"), "0") == [("1", ABOVE)]


def test_the_clock_begins_with_the_receipt_also_of_what_was_linked_later() -> None:
    """Two donors are joined a year on: the gift that passed the total is overdue, and that is said."""
    mine, theirs = gift("300", MAY, "a"), gift("300", MAY, "b")

    assert due([mine]) == due([theirs]) == []
    (check,) = due_checks([mine, theirs], [], PARTY, RULES)
    assert check.clock.last_day == date(2024, 5, 30)
    assert check.opened(date(2025, 5, 1)).opened_on == date(2025, 5, 1)


def test_a_year_begins_anew() -> None:
    """The total is that of a calendar year."""
    assert due(gifts_of("300", "300", first=date(2024, 12, 31))) == []


def test_nothing_is_checked_that_no_rule_covers() -> None:
    """Before the regime began, under none, or for another purpose."""
    general = gift("9000", MAY, has_regulated_purpose=False)
    later = [RegimePeriod(Regime.PARTY, MAY + timedelta(days=1))]

    assert due([general]) == []
    assert due_checks(gifts_of("9000"), [], FOREVER[Regime.UNREGULATED], RULES) == []
    assert due_checks(gifts_of("9000"), [], later, RULES) == []


def test_a_new_row_alone_changes_what_is_checked() -> None:
    """An invented threshold of £250 from 3 May."""
    row = RULES.rule(Regime.PARTY, PERMISSIBILITY, MAY)
    rules = RuleBook((*RULES.rules, replace(row, value=Decimal(250), first=date(2024, 5, 3))))

    assert due(gifts_of("251", "1", "251"), rules=rules) == [("2", ABOVE)]


@pytest.mark.parametrize(
    ("values", "apart", "expected"),
    [
        (["300", "300"], 0, [["0", "1"]]),
        (["300", "300"], 29, [["0", "1"]]),
        (["300", "300"], 30, []),
        (["250", "250"], 1, []),
        (["600", "600"], 1, []),
        (["200"] * 6, 10, [["0", "1", "2"], ["3", "4", "5"]]),
    ],
)
def test_small_gifts_close_together_are_a_question(values: list[str], apart: int, expected: list[list[str]]) -> None:
    """Within 30 days, more than £500 in gifts that are each £500 or less."""
    signs = splitting_signs(gifts_of(*values, apart=apart), PARTY, RULES)
    assert [[each.gift_id for each in sign.gifts] for sign in signs] == expected


def test_an_agreed_monthly_gift_is_no_question() -> None:
    """£50 a week are agreed, not split."""
    weekly = [replace(each, is_instalment=True) for each in gifts_of(*["200"] * 8, apart=7)]
    assert splitting_signs(weekly, PARTY, RULES) == []


def test_only_what_exceeds_the_market_value_is_a_gift() -> None:
    """A £700 ticket for a £60 dinner; a bargain is no gift of less than nothing."""
    assert benefit_value(pounds("700"), pounds("60")) == pounds("640")
    assert benefit_value(pounds("50"), pounds("60")) == pounds("0")


def test_a_gift_is_valued_in_pounds() -> None:
    """What is worth nothing, or what in another currency, nobody can add up."""
    with pytest.raises(ValueError, match="worth in pounds"):
        RegulatedGift("1", "donor", pounds("0"), MAY, nature=GiftNature.IN_KIND)
