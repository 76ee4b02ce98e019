"""Which report is due when. Pure: days in, periods out; every number of days is a row of the rules."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from compliance.regime import Regime, RegimePeriod, regime_on
from compliance.regulated_gift import last_day_of
from compliance.rule import Rule, RuleBook

_QUARTERLY_DUE = "quarterly_due_days_after_quarter_end"
_WEEKLY_DUE = "weekly_due_days_after_period_end"
_YEARLY_DUE = "yearly_due_days_after_year_end"
_POST_ELECTION_DUE = "post_election_due_months"
_ACCEPTED_DUE = "report_due_days_from_acceptance"
_RETURNED_DUE = "report_due_days_from_return"
_NIL_UNTIL_EXEMPT = "quarterly_nil_reports_until_exempt"
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class ReportKind(StrEnum):
    """The reports that a regime may ask for."""

    QUARTERLY = "quarterly"
    WEEKLY = "weekly"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    POST_ELECTION = "post_election"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Election:
    """A general election in which the organisation takes part, as the desk entered it, with the source.

    `regulated_from` begins the period in which a campaigner's spending is regulated. `pre_dissolution_from` begins a
    campaigner's quarterly reports; a snap election has none.
    """

    name: str
    regulated_from: date
    dissolved_on: date
    polling_day: date
    source: str
    pre_dissolution_from: date | None = None

    def __post_init__(self) -> None:
        if not self.regulated_from <= self.dissolved_on <= self.polling_day:
            raise ValueError("an election is regulated, then Parliament is dissolved, then people vote")


PeriodKey = tuple[ReportKind, date, date]
"""What makes a report one of its own: its kind, and the first and last day of its period."""


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """A report for what happened from `first` to `last`, to be with the Commission on `due` at the latest.

    `needs_nil`: it is filed also when there is nothing to report. `rule` is the row behind the due day.
    """

    kind: ReportKind
    regime: Regime
    first: date
    last: date
    due: date
    needs_nil: bool
    rule: Rule

    @property
    def key(self) -> PeriodKey:
        """What it is filed under."""
        return self.kind, self.first, self.last

    def holds(self, day: date | None) -> bool:
        """Whether a day falls into the period."""
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class ReportCalendar:
    """The organisation's regimes, the elections that were entered, and the rules: what makes reports due."""

    periods: Sequence[RegimePeriod]
    elections: Sequence[Election]
    rules: RuleBook

    def reports(self, first: date, last: date) -> list[ReportPeriod]:
        """The reports whose period ends in this span, by due day. Those of single gifts are `report_of_gift`'s."""
        reports = [
            *self._by_date(ReportKind.QUARTERLY, _QUARTERLY_DUE, _quarters(first, last), {Regime.PARTY}),
            *self._by_date(ReportKind.YEARLY, _YEARLY_DUE, _years(first, last), set(Regime)),
            *(each for election in self.elections for each in self._of_election(election)),
        ]
        return sorted(
            (each for each in reports if first <= each.last <= last),
            key=lambda each: (each.due, each.kind, each.first),
        )

    def report_of_gift(self, kind: ReportKind, day: date) -> ReportPeriod | None:
        """The report of what was accepted, or returned, on this day, where the regime wants one within days of it.

        The days begin with the day itself. None: the regime's reports cover periods.
        """
        period = regime_on(self.periods, day)
        key = _ACCEPTED_DUE if kind is ReportKind.ACCEPTED else _RETURNED_DUE
        if period is None or (rule := self.rules.find(period.regime, key, day)) is None:
            return None
        return ReportPeriod(kind, period.regime, day, day, last_day_of(day, int(rule.value)), False, rule)

    def period_of(self, key: PeriodKey) -> ReportPeriod | None:
        """The report of this kind and these days, if the calendar has it."""
        kind, first, last = key
        if kind in (ReportKind.ACCEPTED, ReportKind.RETURNED):
            return self.report_of_gift(kind, first) if first == last else None
        return next((period for period in self.reports(last, last) if period.key == key), None)

    def _of_election(self, election: Election) -> Iterator[ReportPeriod]:
        yield from self._by_date(ReportKind.WEEKLY, _WEEKLY_DUE, _weeks(election), {Regime.PARTY, Regime.CAMPAIGNER})
        quarters = _pre_dissolution_quarters(election)
        yield from self._by_date(ReportKind.QUARTERLY, _QUARTERLY_DUE, quarters, {Regime.CAMPAIGNER})
        poll = election.polling_day
        period = regime_on(self.periods, poll)
        if period is not None and (rule := self.rules.find(period.regime, _POST_ELECTION_DUE, poll)) is not None:
            due = same_day_after(poll, int(rule.value))
            first = election.regulated_from  # donations stand in the return of spending, which is always due
            yield ReportPeriod(ReportKind.POST_ELECTION, period.regime, first, poll, due, True, rule)

    def _by_date(
        self, kind: ReportKind, key: str, spans: Iterable[tuple[date, date]], regimes: set[Regime]
    ) -> Iterator[ReportPeriod]:
        """A report for each span at whose end the organisation is under one of the regimes, and a row makes it due."""
        for first, last in spans:
            period = regime_on(self.periods, last)
            if period is None or period.regime not in regimes:
                continue
            if (rule := self.rules.find(period.regime, key, last)) is not None:
                due = last + timedelta(days=int(rule.value))
                needs_nil = self.rules.has(period.regime, f"{kind}_nil_report", last)
                yield ReportPeriod(kind, period.regime, first, last, due, needs_nil, rule)


def is_nil_exempt(filed_as_nil: Sequence[bool], regime: Regime, rules: RuleBook, day: date) -> bool:
    """Whether a party need not file nil reports any more: its newest quarterly reports, so many in a row, were nil.

    `filed_as_nil` says it of each quarterly report in order. The next gift to report ends the exemption.
    """
    rule = rules.find(regime, _NIL_UNTIL_EXEMPT, day)
    if rule is None:
        return False
    newest = filed_as_nil[-int(rule.value) :]
    return len(newest) == int(rule.value) and all(newest)


def same_day_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _weeks(election: Election) -> Iterator[tuple[date, date]]:
    """Each seven days from dissolution; the last ends on polling day and may be shorter."""
    first = election.dissolved_on
    while first <= election.polling_day:
        yield first, min(first + _WEEK - _DAY, election.polling_day)
        first += _WEEK


def _pre_dissolution_quarters(election: Election) -> Iterator[tuple[date, date]]:
    """Each three months until the day before dissolution; the last may be shorter."""
    begin, number = election.pre_dissolution_from, 0
    while begin is not None and (first := same_day_after(begin, 3 * number)) < election.dissolved_on:
        number += 1
        yield first, min(same_day_after(begin, 3 * number), election.dissolved_on) - _DAY


def _quarters(first: date, last: date) -> Iterator[tuple[date, date]]:
    for year in range(first.year, last.year + 1):
        for month in (1, 4, 7, 10):
            begin = date(year, month, 1)
            yield begin, same_day_after(begin, 3) - _DAY


def _years(first: date, last: date) -> Iterator[tuple[date, date]]:
    for year in range(first.year, last.year + 1):
        yield date(year, 1, 1), date(year, 12, 31)
