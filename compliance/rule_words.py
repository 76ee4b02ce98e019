"""What the rows of the rules are called on the desk, in which order they are listed, and where each stands today. Pure.

A key that nobody named here is shown by itself: a row of the product or of the desk is never hidden.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compliance.regime import Regime
from compliance.report_words import REGIME_WORDS
from compliance.rule import Rule, RuleBook
from ledger.money import GBP

FOR_ALL, UK_BODIES = "all_ppera", "uk_any"
PLACE_WORDS: Mapping[str, str] = {
    **{regime.rules: words for regime, words in REGIME_WORDS.items() if regime is not Regime.UNREGULATED},
    FOR_ALL: "Everybody under the rules",
    UK_BODIES: "Every body in the United Kingdom",
    "npc": "Any non-party campaigner",
    "candidate": "Candidate at an election",
    "unincorporated_donor": "Unincorporated association that gives",
    "proposed_rpb_2026": "Representation of the People Bill 2026",
}


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule by its key: the sentence that its value completes, the topic it stands under, and its unit."""

    words: str
    topic: str
    unit: str


_CHECKS, _REPORTED, _DUE, _KEPT, _OTHERS = (
    "Checks of who gave", "What is reported", "When reports are due", "What is kept", "Besides",
)  # fmt: skip
RULE_NAMES: Mapping[str, RuleName] = {
    "permissibility": RuleName("A gift of more than this is a donation, and its donor is checked", _CHECKS, "GBP"),
    "check_or_return_days": RuleName(
        "Accept it or send it back within, the day of receipt counted", _CHECKS, "days_inclusive"
    ),
    "splitting_window_days": RuleName(
        "Small gifts are looked at together when they come within", _CHECKS, "days_inclusive"
    ),
    "report_central_first": RuleName("To the centre: reported when a donor gave more than", _REPORTED, "GBP"),
    "report_central_subsequent": RuleName("To the centre, once reported in the year: each further", _REPORTED, "GBP"),
    "report_accounting_unit": RuleName("To an accounting unit: reported when a donor gave more than", _REPORTED, "GBP"),
    "report": RuleName("Reported when a donor gave more than", _REPORTED, "GBP"),
    "report_quarterly_first": RuleName("In a quarter: reported when a donor gave more than", _REPORTED, "GBP"),
    "report_quarterly_subsequent": RuleName("In a quarter, once reported in the year: each further", _REPORTED, "GBP"),
    "report_weekly_general_election": RuleName(
        "In the weeks before a poll: a single gift of more than", _REPORTED, "GBP"
    ),
    "report_post_election": RuleName("After the poll: named when a donor gave more than", _REPORTED, "GBP"),
    "quarterly_due_days_after_quarter_end": RuleName("Quarterly report: days after the quarter", _DUE, "days"),
    "weekly_due_days_after_period_end": RuleName("Weekly report before a poll: days after the week", _DUE, "days"),
    "report_due_days_from_acceptance": RuleName(
        "Report of an accepted gift: within, the day itself counted", _DUE, "days_inclusive"
    ),
    "report_due_days_from_return": RuleName(
        "Report of a returned gift: within, the day itself counted", _DUE, "days_inclusive"
    ),
    "post_election_due_months": RuleName("Return after the poll: months after polling day", _DUE, "months"),
    "yearly_due_days_after_year_end": RuleName("Yearly report: days after the year", _DUE, "days"),
    "quarterly_nil_report": RuleName("A quarterly report is due also when there is nothing to report", _DUE, "flag"),
    "weekly_nil_report": RuleName("A weekly report is due also when there is nothing to report", _DUE, "flag"),
    "yearly_nil_report": RuleName("A yearly report is due also when there is nothing to report", _DUE, "flag"),
    "quarterly_nil_reports_until_exempt": RuleName("No further nil quarterly reports after, in a row", _DUE, "reports"),
    "accounting_records_years_after_financial_year_end": RuleName(
        "Records of money: years after the financial year", _KEPT, "years"
    ),
    "gift_aid_declaration_years_after_last_claimed_gift": RuleName(
        "Gift Aid declarations: years after the last gift claimed", _KEPT, "years"
    ),
    "notification_spend_uk": RuleName("Register with the Commission before spending more than", _OTHERS, "GBP"),
    "reporting_spend_england": RuleName("Report only when spending in England comes to more than", _OTHERS, "GBP"),
    "reporting_spend_other_nation": RuleName(
        "Report only when spending in Scotland, Wales or Northern Ireland comes to more than", _OTHERS, "GBP"
    ),
    "register_contributions": RuleName(
        "It registers with the Commission when it gives in a year more than", _OTHERS, "GBP"
    ),
    "reportable_gift": RuleName("Once registered it reports gifts that it was given of more than", _OTHERS, "GBP"),
    "know_your_donor": RuleName("Assess the risk of a donation of more than", _OTHERS, "GBP"),
    "overseas_elector_annual_cap": RuleName("An overseas elector gives in a year at most", _OTHERS, "GBP"),
    "cryptoasset_donations_prohibited": RuleName("Donations in cryptoassets are forbidden", _OTHERS, "flag"),
}
TOPICS = (_CHECKS, _REPORTED, _DUE, _KEPT, _OTHERS)
_UNITS: Mapping[str, tuple[str, str]] = {
    "days": ("day", "days"),
    "days_inclusive": ("day", "days"),
    "months": ("month", "months"),
    "years": ("year", "years"),
    "reports": ("report", "reports"),
}


class RuleStanding(StrEnum):
    """Where a row stands today. REPLACED: a newer row holds on the days of this one. PROPOSED: it never acts."""

    HOLDS = "holds"
    LATER = "later"
    REPLACED = "replaced"
    PAST = "past"
    PROPOSED = "proposed"


# How a row is known, where it was not read whole at its source.
_DOUBTS: Mapping[str, str] = {
    "verified": "",
    "verified_value_memory_date": "The value was read; its first day is from memory",
    "verified_value_memory_dates": "The value was read; its days are from memory",
    "verified_text_memory_dates": "The text was read; its days are from memory",
    "verified_for_charities": "Read of charities",
    "verified_secondary": "Read second hand",
    "verified_as_proposal": "Read as a proposal",
    "verified_as_announcement": "Read as an announcement",
    "our_choice": "Our own choice, no law",
    "told": "Told to us, not read",
}
_UNREAD = "From memory or second hand: ask the Commission"


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A row as the desk lists it."""

    rule: Rule
    standing: RuleStanding

    @property
    def words(self) -> str:
        """The sentence that the value completes."""
        name = RULE_NAMES.get(self.rule.key)
        return name.words if name else self.rule.key.replace("_", " ").capitalize()

    @property
    def topic(self) -> str:
        """What it is about."""
        name = RULE_NAMES.get(self.rule.key)
        return name.topic if name else _OTHERS

    @property
    def place(self) -> str:
        """Whose rule it is."""
        return PLACE_WORDS.get(self.rule.regime, self.rule.regime.replace("_", " "))

    @property
    def doubt(self) -> str:
        """What to know of how the row is known; nothing where it was read whole at its source."""
        return _DOUBTS.get(self.rule.confidence, _UNREAD)

    @property
    def value(self) -> str:
        """The value with its unit."""
        return value_words(self.rule)


def value_words(rule: Rule) -> str:
    """A value with its unit: `£11,180`, `30 days`, `yes`."""
    if rule.unit == "flag":
        return "yes" if rule.value else "no"
    if rule.unit == GBP.code:
        is_whole = rule.value == rule.value.to_integral_value()
        return f"£{int(rule.value):,}" if is_whole else f"£{rule.value:,.2f}"
    unit = _UNITS.get(rule.unit, (rule.unit, rule.unit))
    return f"{int(rule.value)} {unit[rule.value != 1]}"


def listed_rules(book: RuleBook, today: date) -> Sequence[ListedRule]:
    """Every row with where it stands today, in the order of the topics."""
    listed = list(_listed(book, today))
    order = list(RULE_NAMES)
    return sorted(
        listed,
        key=lambda row: (
            TOPICS.index(row.topic),
            order.index(row.rule.key) if row.rule.key in order else len(order),
            row.rule.first or date.max,
        ),
    )


def _listed(book: RuleBook, today: date) -> Iterator[ListedRule]:
    places = [(rule.regime, rule.key) for rule in book.rules]
    for number, rule in enumerate(book.rules):
        later_rows = [
            other
            for other, place in zip(book.rules[number + 1 :], places[number + 1 :], strict=True)
            if place == places[number] and other.acts
        ]
        yield ListedRule(rule, _standing(rule, [*later_rows, *_begun_since(rule, book.rules[:number])], today))


def _begun_since(rule: Rule, earlier: Sequence[Rule]) -> list[Rule]:
    """Rows that were added before this one, and begin after it."""
    same = [other for other in earlier if (other.regime, other.key) == (rule.regime, rule.key) and other.acts]
    return [other for other in same if (other.first or date.min) > (rule.first or date.min)]


def _standing(rule: Rule, others: Sequence[Rule], today: date) -> RuleStanding:
    """`others` are rows of the same rule that were added later, or begin later."""
    if not rule.acts or rule.first is None:
        return RuleStanding.PROPOSED
    if rule.first > today:
        return RuleStanding.LATER
    if not rule.holds_on(today):
        return RuleStanding.PAST
    newer = [other for other in others if other.holds_on(today) and (other.first or date.min) >= rule.first]
    return RuleStanding.REPLACED if newer else RuleStanding.HOLDS
