"""The rules as the desk lists them: every row has words, and says where it stands today."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from compliance.kept_records import kept_records
from compliance.regime import Regime
from compliance.rule import RuleBook
from compliance.rule_words import PLACE_WORDS, RULE_NAMES, RuleStanding, listed_rules, value_words
from compliance.thresholds import shipped_rules
from donors.retention import kept_until

RULES = shipped_rules()
TODAY = date(2026, 11, 28)
FIRST = RULES.rule(Regime.PARTY, "report_central_first", TODAY)


def test_every_row_of_the_product_has_words_and_the_unit_of_its_key() -> None:
    """No key and no place is shown by its name in the table."""
    assert {rule.key for rule in RULES.rules} <= set(RULE_NAMES)
    assert {rule.regime for rule in RULES.rules} <= set(PLACE_WORDS)
    assert {(rule.key, rule.unit) for rule in RULES.rules} <= {(key, name.unit) for key, name in RULE_NAMES.items()}


def test_a_row_says_whether_it_holds_comes_later_is_past_or_only_proposed() -> None:
    """A newer row of the same rule replaces an older one that nobody ended."""
    invented = replace(FIRST, value=Decimal("5000.50"), first=date(2027, 6, 1))
    book = RuleBook((*RULES.rules, invented))

    def standings(today: date) -> dict[str, RuleStanding]:
        rows = [row for row in listed_rules(book, today) if row.rule.regime == "gb_party"]
        return {row.value: row.standing for row in rows if row.rule.key == "report_central_first"}

    assert standings(TODAY) == {
        "£7,500": RuleStanding.PAST,
        "£11,180": RuleStanding.HOLDS,
        "£5,000.50": RuleStanding.LATER,
    }
    assert standings(date(2027, 6, 1)) == {
        "£7,500": RuleStanding.PAST,
        "£11,180": RuleStanding.REPLACED,
        "£5,000.50": RuleStanding.HOLDS,
    }
    proposed = [row for row in listed_rules(book, TODAY) if row.standing is RuleStanding.PROPOSED]
    assert {row.rule.regime for row in proposed} == {"proposed_rpb_2026"}


def test_what_holds_by_the_list_is_what_reports_go_by() -> None:
    """Row by row, on days before, on and after a correction of the same day."""
    corrected = replace(FIRST, value=Decimal(9000), first=FIRST.first)
    book = RuleBook((*RULES.rules, corrected))
    for day in (date(2023, 12, 31), date(2024, 1, 1), TODAY):
        for row in listed_rules(book, day):
            if row.standing is RuleStanding.HOLDS and row.rule.regime in {regime.rules for regime in Regime}:
                regime = next(each for each in Regime if each.rules == row.rule.regime)
                assert book.find(regime, row.rule.key, day) is row.rule


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("GBP", "11180", "£11,180"),
        ("GBP", "500.01", "£500.01"),
        ("days_inclusive", "30", "30 days"),
        ("months", "1", "1 month"),
        ("flag", "1", "yes"),
        ("flag", "0", "no"),
    ],
)
def test_a_value_is_said_with_its_unit(unit: str, value: str, words: str) -> None:
    """Pounds without pence that there are not."""
    assert value_words(replace(FIRST, unit=unit, value=Decimal(value))) == words


def test_a_record_is_kept_as_long_as_its_rule_says_and_as_erasure_obeys() -> None:
    """Six years from the end of the year; another row says another day; what has no rule stays."""
    kept = {record.name: record for record in kept_records(RULES, TODAY)}
    gifts = kept["Gifts: who gave, with their address"]

    assert gifts.until == kept_until(TODAY, 6) == date(2032, 12, 31)
    assert gifts.rule is not None
    assert gifts.rule.source
    assert kept["Entries of the books"].until is None
    longer = RuleBook((*RULES.rules, replace(gifts.rule, value=Decimal(7), first=TODAY)))
    assert kept_records(longer, TODAY)[0].until == date(2033, 12, 31)
