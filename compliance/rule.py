"""The rules as dated rows: an amount, a number of days or a yes, from a day to a day, with its source. Pure.

A change of the law is a new row. Nothing in this package names an amount or a number of days of the law.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from compliance.regime import Regime
from ledger.money import GBP, Money

PERMISSIBILITY = "permissibility"
CHECK_DAYS = "check_or_return_days"
SPLITTING_DAYS = "splitting_window_days"
RECORD_YEARS = "accounting_records_years_after_financial_year_end"
# Rows that hold for every regime stand under these names.
_FOR_ALL = ("all_ppera", "uk_any")
_ACTING = frozenset({"in_force", "superseded"})


class NoSuchRule(LookupError):
    """The table has no rule for this regime, key and day; the message says which row to add."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: for `regime`, the value of `key` is `value` in `unit`, on the days from `first` to `last`.

    `status` is `in_force`, `superseded`, or a kind of `proposed`, which never acts. `confidence` says how the row is
    known: `verified…` was read at its `source`; everything else is to be asked of the Electoral Commission.
    """

    regime: str
    key: str
    value: Decimal
    unit: str
    first: date | None
    last: date | None
    status: str
    confidence: str
    source: str

    @property
    def amount(self) -> Money:
        """The value in pounds. Rules ask about amounts of more than this."""
        if self.unit != GBP.code:
            raise ValueError(f"the rule {self.key} is in {self.unit}, not in pounds")
        return Money(int(self.value * 100), GBP)

    @property
    def is_verified(self) -> bool:
        """Whether the value was read in the law or from the regulator."""
        return self.confidence.startswith("verified")

    @property
    def acts(self) -> bool:
        """Whether it is or was law. What is only proposed is not."""
        return self.status in _ACTING

    def decides_checks(self, regimes: Collection[Regime]) -> bool:
        """Whether it says, under one of these regimes, which gifts are checked, or how long a check may take."""
        places = {*_FOR_ALL, *(regime.rules for regime in regimes)}
        return self.key in (PERMISSIBILITY, CHECK_DAYS) and self.regime in places

    def holds_on(self, day: date) -> bool:
        """Whether it is the law on this day."""
        if not self.acts or self.first is None:
            return False
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule that was, is or may become law: the product's rows, then those that the desk added."""

    rules: tuple[Rule, ...]
    _by_key: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: defaultdict[str, tuple[Rule, ...]] = defaultdict(tuple)
        for rule in self.rules:
            by_key[rule.key] += (rule,)
        object.__setattr__(self, "_by_key", dict(by_key))

    def find(self, regime: Regime, key: str, day: date) -> Rule | None:
        """The rule that holds on this day, if there is one.

        Of two rows that hold, the one that began last, then the one that was added last: a new row is enough, and the
        row before it need not be ended.
        """
        if regime is Regime.UNREGULATED:
            return None
        places = (regime.rules, *_FOR_ALL)
        holding = [rule for rule in self._by_key.get(key, ()) if rule.regime in places and rule.holds_on(day)]
        return max(enumerate(holding), key=_newest, default=(0, None))[1]

    def rule(self, regime: Regime, key: str, day: date) -> Rule:
        """The rule that holds on this day; raises NoSuchRule."""
        if (rule := self.find(regime, key, day)) is None:
            raise NoSuchRule(f"no rule {key} for {regime.rules} holds on {day}; add its row, with its source")
        return rule

    def amount(self, regime: Regime, key: str, day: date) -> Money:
        """The amount above which the rule asks something; raises NoSuchRule."""
        return self.rule(regime, key, day).amount

    def number(self, regime: Regime, key: str, day: date) -> int:
        """The number of days, months, years or reports; raises NoSuchRule."""
        return int(self.rule(regime, key, day).value)

    def lowest_threshold(self, since: date, regimes: Collection[Regime] = tuple(Regime)) -> Money:
        """The least amount above which one of these regimes has gifts checked, on any day from `since` on.

        Nothing where no row says it: then every gift is to be looked at.
        """
        return min(
            (
                rule.amount
                for rule in self._by_key.get(PERMISSIBILITY, ())
                if rule.decides_checks(regimes) and rule.acts and (rule.last or since) >= since
            ),
            default=Money(0, GBP),
        )

    def has(self, regime: Regime, key: str, day: date) -> bool:
        """Whether a rule of this key holds, and is not a no."""
        rule = self.find(regime, key, day)
        return rule is not None and rule.value != 0


def _newest(numbered: tuple[int, Rule]) -> tuple[date, int]:
    position, rule = numbered
    return rule.first or date.min, position
