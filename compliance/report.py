"""What a report says: the gifts of its period, line by line, from the checks alone. Pure.

A report is signed by the responsible person. It is complete only when no gift of it lacks a fact; `missing` says which.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from compliance.aggregation import AcceptedGift, ReportableGroup, counts, reportable_groups
from compliance.check import Check
from compliance.regime import Regime
from compliance.regulated_gift import CENTRE, RegulatedGift
from compliance.report_calendar import ReportKind, ReportPeriod
from compliance.report_line import ReportedGift, as_received, missing_of, reported_gift, sum_of
from compliance.rule import RuleBook
from ledger.money import GBP, Money

_WEEKLY = "report_weekly_general_election"
_POST_ELECTION = "report_post_election"
_BY_GROUP = (ReportKind.QUARTERLY, ReportKind.ACCEPTED, ReportKind.YEARLY)
_WITH_RETURNS = (ReportKind.QUARTERLY, ReportKind.RETURNED, ReportKind.YEARLY, ReportKind.POST_ELECTION)


@dataclass(frozen=True)
class ReportBooks:
    """Everything that reports are made of: gifts, their checks by the gift's id, and donors who are linked.

    `participant` is the organisation's name, `sections` the names of accounting units by their id. `unvalued` are the
    ids of gifts that nobody knows the worth of in pounds, with the day of their receipt.
    """

    participant: str
    gifts: Sequence[RegulatedGift]
    checks: Mapping[str, Check]
    families: Mapping[str, str]
    sections: Mapping[str, str]
    rules: RuleBook
    unvalued: Mapping[str, date] = field(default_factory=dict)
    _groups: dict[Regime, list[ReportableGroup]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def groups(self, regime: Regime) -> Sequence[ReportableGroup]:
        """Every group that this regime wants reported. It is worked out once: a calendar asks for many periods."""
        if regime not in self._groups:
            self._groups[regime] = reportable_groups(self.accepted(), self.families, regime, self.rules)
        return self._groups[regime]

    @cached_property
    def went_back(self) -> Mapping[date, Sequence[RegulatedGift]]:
        """The gifts that went back because they had to, by the day of their return, in the order of receipt."""
        by_day: defaultdict[date, list[RegulatedGift]] = defaultdict(list)
        for gift in sorted(self.gifts, key=lambda gift: gift.order):
            check = self.checks.get(gift.gift_id)
            if check is not None and check.must_report_return and check.returned_on is not None:
                by_day[check.returned_on].append(gift)
        return dict(by_day)

    def donor_of(self, gift: RegulatedGift) -> str:
        """The donor, or the family that they are linked to."""
        return self.families.get(gift.donor_id, gift.donor_id)

    def accepted(self) -> Iterator[AcceptedGift]:
        """The gifts that a named person accepted."""
        for gift in self.gifts:
            check = self.checks.get(gift.gift_id)
            if check is not None and check.accepted_on is not None:
                yield AcceptedGift(gift, check.accepted_on)


@dataclass(frozen=True, slots=True)
class UnrecordedFact:
    """A gift that lacks a fact, and the sentence that says what is to be recorded in its check."""

    gift_id: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Report:
    """The lines of a period. `others` is the sum of what a post-election return names in one figure.

    `missing` says what is to be recorded before the report can be filed.
    """

    period: ReportPeriod
    lines: tuple[ReportedGift, ...]
    returned: tuple[ReportedGift, ...]
    others: Money
    missing: tuple[UnrecordedFact, ...]

    @property
    def is_nil(self) -> bool:
        """Whether there is nothing to report."""
        return not self.lines and not self.returned and not self.others

    @property
    def is_needed(self) -> bool:
        """Whether it is filed: it has something to say, or nil has to be said."""
        return self.period.needs_nil or not self.is_nil

    @property
    def total(self) -> Money:
        """The sum of the lines, without what went back."""
        return sum_of(self.lines)


def build_report(period: ReportPeriod, books: ReportBooks) -> Report:
    """The report of a period, from what is known now."""
    gifts, others = _gifts_of(period, books)
    returned = list(_returned(period, books)) if period.kind in _WITH_RETURNS else []
    missing = [(gift.gift_id, missing_of(gift, books.checks.get(gift.gift_id))) for gift in (*gifts, *returned)]
    missing += [(key, f"{key}: record what it is worth in pounds.") for key in _unvalued(period, books)]
    return Report(
        period,
        tuple(_lines(gifts, books, period.kind)),
        tuple(_lines(dict.fromkeys(returned, False), books, period.kind)),
        others,
        tuple(UnrecordedFact(gift_id, sentence) for gift_id, sentence in missing if sentence is not None),
    )


def _unvalued(period: ReportPeriod, books: ReportBooks) -> list[str]:
    """The gifts that came in the period, by their ids, and that the report may have to name once they are valued."""
    return sorted(gift_id for gift_id, received_on in books.unvalued.items() if period.holds(received_on))


def _gifts_of(period: ReportPeriod, books: ReportBooks) -> tuple[Mapping[RegulatedGift, bool], Money]:
    """The gifts to name, each with whether it is part of an aggregated donation; and the sum of the others."""
    if period.kind in _BY_GROUP:
        return _named(group for group in books.groups(period.regime) if period.holds(group.passed_on)), Money(0, GBP)
    if period.kind is ReportKind.WEEKLY:
        return dict.fromkeys(_substantial(period, books), False), Money(0, GBP)
    if period.kind is ReportKind.POST_ELECTION:
        return _after_election(period, books)
    return {}, Money(0, GBP)


def _named(groups: Iterator[ReportableGroup]) -> Mapping[RegulatedGift, bool]:
    return {each.gift: len(group.gifts) > 1 for group in groups for each in group.gifts}


def _substantial(period: ReportPeriod, books: ReportBooks) -> Iterator[RegulatedGift]:
    """Single gifts to the centre above the weekly threshold, received in the period, whether accepted yet or not."""
    for gift in sorted(books.gifts, key=lambda gift: gift.order):
        to_centre = gift.section == CENTRE or not period.regime.has_units
        is_covered = period.holds(gift.received_on) and to_centre and gift.has_regulated_purpose
        if is_covered and gift.value > books.rules.amount(period.regime, _WEEKLY, gift.received_on):
            yield gift


def _after_election(period: ReportPeriod, books: ReportBooks) -> tuple[Mapping[RegulatedGift, bool], Money]:
    """The gifts of donors whose sum of the period passes the threshold on its last day; and the sum of all others."""
    by_donor: defaultdict[str, list[AcceptedGift]] = defaultdict(list)
    for each in sorted(books.accepted(), key=lambda each: each.order):
        if period.holds(each.accepted_on) and counts(each.gift, period.regime, books.rules):
            by_donor[books.donor_of(each.gift)].append(each)
    above = books.rules.amount(period.regime, _POST_ELECTION, period.last)
    named: dict[RegulatedGift, bool] = {}
    others = Money(0, GBP)
    for gifts in by_donor.values():
        total = sum((each.gift.value for each in gifts), Money(0, GBP))
        if total > above:
            named |= {each.gift: len(gifts) > 1 for each in gifts}
        else:
            others += total
    return named, others


def _returned(period: ReportPeriod, books: ReportBooks) -> Iterator[RegulatedGift]:
    """Gifts above the permissibility threshold that went back in the period: impermissible, or from nobody known."""
    gifts = [gift for day, of_day in books.went_back.items() if period.holds(day) for gift in of_day]
    return (gift for gift in sorted(gifts, key=lambda gift: gift.order) if counts(gift, period.regime, books.rules))


def _lines(gifts: Mapping[RegulatedGift, bool], books: ReportBooks, kind: ReportKind) -> Iterator[ReportedGift]:
    for gift, is_aggregated in gifts.items():
        section = books.sections.get(gift.section, books.participant)
        line = reported_gift(gift, books.checks.get(gift.gift_id), books.participant, section, is_aggregated)
        yield as_received(line) if kind is ReportKind.WEEKLY else line
