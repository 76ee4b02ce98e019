"""The UK's rules on political donations as the product brings them, and what a donor is asked because of them.

`rules.csv` has a row for each rule and time, with its source (read 2026-11) and how it is known. A change of the law is
a new row, and no change of the program. Rows that are only proposed stand in it and never act. The program never
decides whether a donor may give: it asks for what has to be recorded.
"""

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from compliance.regime import RegimePeriod
from compliance.rule import PERMISSIBILITY, Rule, RuleBook
from ledger.money import GBP, Currency, Money
from organisation.organisation import OrganisationProfile


@cache
def shipped_rules() -> RuleBook:
    """Every rule that the product brings."""
    with Path(__file__).with_name("rules.csv").open(newline="", encoding="utf-8") as file:
        return RuleBook(tuple(_rule(row) for row in csv.DictReader(file)))


def declared_above(
    profile: OrganisationProfile, currency: Currency, today: date, period: RegimePeriod | None, rules: RuleBook
) -> Money | None:
    """The amount above which donors declare who they are; None where nobody is asked.

    The organisation may have decided it, in minor units; 0 asks nobody. Else it is that of the regime of today, by the
    product's rules and those that the desk added. The rules are in pounds: a gift in another currency is asked about
    only where the organisation says from what amount.
    """
    own = profile.giving.declare_above.get(currency.code)
    if own is not None:
        return Money(own, currency) if own else None
    if currency != GBP or period is None:
        return None
    rule = rules.find(period.regime, PERMISSIBILITY, today)
    return None if rule is None else rule.amount


def _rule(row: dict[str, str]) -> Rule:
    return Rule(
        row["regime"],
        row["key"],
        Decimal(row["value"]),
        row["unit"],
        _day(row["valid_from"]),
        _day(row["valid_to"]),
        row["status"],
        row["confidence"],
        row["source"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
