"""The Commission's own worked examples of grouping (reference/uk-rules.md §1.3), and their edges."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from compliance.aggregation import AcceptedGift, ReportableGroup, report_margins, reportable_groups
from compliance.regime import Regime
from compliance.rule import RuleBook
from compliance.thresholds import shipped_rules
from tests.compliance.gifts import gift, pounds

RULES = shipped_rules()


def at_once(value: str, day: date, section: str = "", donor: str = "donor") -> AcceptedGift:
    """A gift that was accepted on the day it came."""
    return AcceptedGift(gift(value, day, donor, section), day)


def groups(gifts: list[AcceptedGift], regime: Regime = Regime.PARTY, rules: RuleBook = RULES) -> list[ReportableGroup]:
    """What is reported of them."""
    return reportable_groups(gifts, {}, regime, rules)


def reported(gifts: list[AcceptedGift], regime: Regime = Regime.PARTY, rules: RuleBook = RULES) -> list[list[str]]:
    """The values that are reported together."""
    return [[str(each.gift.value.decimal) for each in group.gifts] for group in groups(gifts, regime, rules)]


def test_example_1_a_later_gift_of_a_reported_donor() -> None:
    """£12,000 in March and £3,000 in July to the centre: both, each in its quarter."""
    gifts = [at_once("12000", date(2024, 3, 5)), at_once("3000", date(2024, 7, 9))]

    assert [(group.passed_on, group.total) for group in groups(gifts)] == [
        (date(2024, 3, 5), pounds("12000")),
        (date(2024, 7, 9), pounds("3000")),
    ]


def test_example_2_three_gifts_to_one_accounting_unit() -> None:
    """Three times £900: all three, in the quarter of the third."""
    gifts = [at_once("900", date(2024, month, 10), "unit") for month in (2, 5, 8)]

    (group,) = groups(gifts)
    assert (group.section, group.passed_on, group.total) == ("unit", date(2024, 8, 10), pounds("2700"))


def test_example_4_units_below_their_threshold_count_to_the_centre() -> None:
    """£6,000 to the centre in January and £2,000 to each of three units in May: all four, £12,000."""
    gifts = [at_once("6000", date(2024, 1, 15)), *(at_once("2000", date(2024, 5, 20), unit) for unit in "abc")]

    (group,) = groups(gifts)
    assert (group.section, group.passed_on, group.total) == ("", date(2024, 5, 20), pounds("12000"))
    assert len(group.gifts) == 4


@pytest.mark.parametrize(("value", "expected"), [("11180.00", []), ("11180.01", [["11180.01"]])])
def test_a_report_is_of_more_than_the_threshold(value: str, expected: list[list[str]]) -> None:
    """To the penny."""
    assert reported([at_once(value, date(2024, 3, 5))]) == expected


def test_gifts_of_the_permissibility_threshold_are_never_added_up() -> None:
    """24 gifts of £500 are £12,000, and no donation at all; those of £500.01 are reported when they pass."""
    days = [date(2024, month, day) for month in range(1, 13) for day in (1, 15)]

    assert reported([at_once("500", day) for day in days]) == []
    assert [len(group) for group in reported([at_once("500.01", day) for day in days])] == [23]


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2023, 12, 31), [["8000.00"]]), (date(2024, 1, 1), []), (date(2026, 11, 28), [])]
)
def test_the_threshold_is_that_of_the_day(day: date, expected: list[list[str]]) -> None:
    """£7,500 until the end of 2023, £11,180 from 2024 on."""
    assert reported([at_once("8000", day)]) == expected
    assert reported([at_once("8000", day)], Regime.MEMBERS_ASSOCIATION) == expected


def test_a_members_association_has_no_lower_second_step() -> None:
    """A group not already reported passes £11,180 anew each time; a donee's passes £2,230."""
    gifts = [at_once("12000", date(2024, 3, 5)), at_once("3000", date(2024, 7, 9)), at_once("9000", date(2024, 8, 9))]

    assert reported(gifts, Regime.MEMBERS_ASSOCIATION) == [["12000.00"], ["3000.00", "9000.00"]]
    assert reported(gifts, Regime.REGULATED_DONEE) == [["12000.00"], ["3000.00"], ["9000.00"]]


def test_a_campaigner_with_its_groups_is_one_recipient() -> None:
    """£4,000 to each of two alliances pass £7,500; then £1,500 is the step."""
    gifts = [at_once("4000", date(2024, 3, 5), "north"), at_once("4000", date(2024, 4, 5), "south")]
    gifts += [at_once("1500", date(2024, 5, 5), "north"), at_once("600", date(2024, 6, 5), "south")]

    assert reported(gifts, Regime.CAMPAIGNER) == [["4000.00", "4000.00"], ["1500.00", "600.00"]]


def test_a_calendar_year_begins_anew() -> None:
    """By the day of acceptance."""
    gifts = [AcceptedGift(gift("6000", date(2024, 12, 20)), date(2025, 1, 4)), at_once("6000", date(2025, 2, 1))]

    assert reported(gifts) == [["6000.00", "6000.00"]]
    assert reported([replace(gifts[0], accepted_on=date(2024, 12, 31)), gifts[1]]) == []


def test_linked_donors_are_one_source() -> None:
    """Two people whom a person joined: their gifts are added up."""
    gifts = [at_once("6000", date(2024, 2, 1), donor="a"), at_once("6000", date(2024, 2, 2), donor="b")]

    assert reportable_groups(gifts, {}, Regime.PARTY, RULES) == []
    (group,) = reportable_groups(gifts, {"a": "a", "b": "a"}, Regime.PARTY, RULES)
    assert (group.donor, len(group.gifts)) == ("a", 2)


def test_what_is_not_for_a_regulated_purpose_is_not_added_up() -> None:
    """A campaigner's general funds are not covered."""
    general = gift("9000", date(2024, 3, 5), has_regulated_purpose=False)
    assert reported([AcceptedGift(general, date(2024, 3, 5))], Regime.CAMPAIGNER) == []


def test_a_new_row_alone_changes_the_threshold() -> None:
    """An invented one from June 2027: no code is touched, and the row before it is not ended."""
    row = RULES.rule(Regime.PARTY, "report_central_first", date(2026, 1, 1))
    invented = replace(row, value=Decimal("5000.50"), first=date(2027, 6, 1), source="https://example.org/invented")
    rules = RuleBook((*RULES.rules, invented))
    gifts = [at_once("5000.51", date(2027, 5, 31), donor="a"), at_once("5000.51", date(2027, 6, 1), donor="b")]

    assert reported(gifts) == []
    assert [(group.donor, group.rule.source) for group in groups(gifts, rules=rules)] == [("b", invented.source)]


def test_how_much_is_left_before_a_report() -> None:
    """£10,000 given: £1,180 left; once reported, the step is £2,230."""
    gifts = [at_once("10000", date(2024, 3, 5), donor="a"), at_once("12000", date(2024, 3, 5), donor="b")]
    today = date(2024, 9, 1)
    left = {donor: each.left for donor, each in report_margins(gifts, {}, Regime.PARTY, RULES, today).items()}

    assert left == {"a": pounds("1180"), "b": pounds("2230")}
