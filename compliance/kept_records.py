"""What has to be kept and until when, record by record: each goes by a row of the rules. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from compliance.rule import RECORD_YEARS, NoSuchRule, Rule, RuleBook
from compliance.rule_words import UK_BODIES

GIFT_AID_YEARS = "gift_aid_declaration_years_after_last_claimed_gift"


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A kind of record. `rule` is the row that says how long it is kept; None: it is kept for ever.

    `until` is the last day on which a record of this year is kept. `after` is what goes then, and what stays.
    """

    name: str
    rule: Rule | None
    until: date | None
    after: str


# The name of a record, the key of the rule that it goes by, and what happens after its last day.
_KEPT: Sequence[tuple[str, str, str]] = (
    ("Gifts: who gave, with their address", RECORD_YEARS, "Of a donor who was erased the name goes; amounts stay."),
    (
        "Checks: the donor's facts, lookups, notes",
        RECORD_YEARS,
        "What was typed goes; what was decided, when and by whom, stays.",
    ),
    (
        "Receipts, credit notes and statements",
        RECORD_YEARS,
        "Of a donor who was erased the name goes; number and amount stay.",
    ),
    ("Gift Aid declarations and claims", GIFT_AID_YEARS, "Of a donor who was erased name and address go."),
    ("Entries of the books", "", "They hold no name, and are never removed."),
    ("Reports as they were filed", "", "The Commission publishes them: every version stays as it was filed."),
    ("Acts at the desk", "", "They hold no donor's name, and are never removed."),
)


def kept_records(book: RuleBook, today: date) -> list[KeptRecord]:
    """Every kind of record, with the rule of today. The financial year is taken to be the calendar year."""
    return [_kept(name, _rule(book, key, today), after, today) for name, key, after in _KEPT]


def years_kept(book: RuleBook, key: str, today: date) -> int:
    """For how many years the rule of this key has records kept today. Raises NoSuchRule."""
    if (rule := _rule(book, key, today)) is None:
        raise NoSuchRule(f"no rule {key} for {UK_BODIES} holds on {today}; add its row, with its source")
    return int(rule.value)


def _kept(name: str, rule: Rule | None, after: str, today: date) -> KeptRecord:
    return KeptRecord(name, rule, date(today.year + int(rule.value), 12, 31) if rule else None, after)


def _rule(book: RuleBook, key: str, today: date) -> Rule | None:
    holding = [rule for rule in book.rules if rule.key == key and rule.regime == UK_BODIES and rule.holds_on(today)]
    return max(holding, key=lambda rule: rule.first or date.min, default=None)
