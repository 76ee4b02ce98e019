"""Amounts above which the UK's rules on political donations ask for something, as dated data.

`thresholds.csv` has a row for each rule and time, with its source (read 2026-11). A change of the law is a new row, and
no change of the program. Proposed rules are not in it. The program never decides whether a donor may give: it asks for
what has to be recorded.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from ledger.money import GBP, Currency, Money
from organisation.organisation import OrganisationProfile

PERMISSIBILITY = "permissibility"
# The organisation's regimes (`organisation/organisation.py`) by the names that the rules have them under.
_RULES_OF = {
    "gb_party": "gb_party",
    "members_association": "members_association",
    "non_party_campaigner": "npc_registered",
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """Of more than `above`, the rule `key` asks something of this regime, on the days from `first` to `last`."""

    regime: str
    key: str
    above: Money
    first: date
    last: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        """Whether it is the law on this day."""
        return self.first <= day and (self.last is None or day <= self.last)


@cache
def thresholds() -> Sequence[Threshold]:
    """Every rule that was or is in force."""
    with Path(__file__).with_name("thresholds.csv").open(newline="", encoding="utf-8") as file:
        return tuple(_threshold(row) for row in csv.DictReader(file))


def threshold(regime: str, key: str, day: date) -> Threshold | None:
    """The rule that holds for an organisation of this regime on this day, if there is one."""
    rules = _RULES_OF.get(regime)
    return next((each for each in thresholds() if (each.regime, each.key) == (rules, key) and each.holds_on(day)), None)


def declared_above(profile: OrganisationProfile, currency: Currency, now: datetime) -> Money | None:
    """The amount above which donors declare who they are; None where nobody is asked.

    The organisation may have decided it, in minor units; 0 asks nobody. The rules are in pounds: a gift in another
    currency is asked about only where the organisation says from what amount.
    """
    own = profile.giving.declare_above.get(currency.code)
    if own is not None:
        return Money(own, currency) if own else None
    today = now.astimezone(ZoneInfo(profile.organisation.timezone)).date()
    rule = threshold(profile.regime, PERMISSIBILITY, today) if currency == GBP else None
    return None if rule is None else rule.above


def _threshold(row: dict[str, str]) -> Threshold:
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    above = Money(int(Decimal(row["above"]) * 100), GBP)
    return Threshold(row["regime"], row["key"], above, date.fromisoformat(row["valid_from"]), last, row["source"])
