"""A simulated snap election: every clock, total and report equals the plain model's, for each regime, day by day."""

from collections.abc import Iterable
from datetime import date

import pytest

from compliance.aggregation import reportable_groups
from compliance.regime import Regime
from compliance.report import Report, build_report
from compliance.report_calendar import ReportCalendar, ReportKind, ReportPeriod
from compliance.report_line import ReportedGift
from ledger.money import GBP, Money
from tests.compliance.gifts import FOREVER
from tests.compliance.plain_model import Line, weeks
from tests.compliance.snap_election import DAY, DISSOLVED, ELECTION, FIRST, LAST, POLL, SnapElection

NAMES = {Regime.PARTY: "party", Regime.MEMBERS_ASSOCIATION: "association", Regime.CAMPAIGNER: "campaigner"}


def plain(lines: Iterable[ReportedGift]) -> set[Line]:
    """The product's lines as the model has them; each gift stands in a report once."""
    lines = list(lines)
    cells = {
        (
            line.reference,
            Money.parse(line.value, GBP).minor,
            *map(_day, (line.received_on, line.accepted_on, line.returned_on)),
        )
        for line in lines
    }
    assert len(cells) == len(lines)
    return cells  # type: ignore[return-value]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("regime", NAMES)
def test_every_clock_total_and_report_is_that_of_the_plain_model(regime: Regime) -> None:
    """Clocks on each day, money on hold twice a month; each report on the day it is due, from what is known then."""
    election, calendar = SnapElection(regime), ReportCalendar(FOREVER[regime], [ELECTION], SnapElection(regime).rules)
    due = calendar.reports(FIRST, LAST)
    compared, today = [], FIRST
    while today <= LAST:
        election.live(today)
        assert today.day % 14 != 1 or election.held() == election.model.on_hold()
        assert election.to_warn_of(today) == election.model.to_warn_of(today)
        for period in [period for period in due if period.due == today]:
            compare(election, period)
            compared.append(period)
        today += DAY
    clocks = {gift_id: check.clock.last_day for gift_id, check in election.checks.items()}
    assert clocks == {gift.id: gift.last_day for gift in election.model.gifts if gift.last_day}
    compare_weeks(regime, compared)
    compare_single_reports(election, calendar)
    assert_it_was_worth_it(election)


def compare(election: SnapElection, period: ReportPeriod) -> Report:
    """One report, line by line, with its sums."""
    report, model, name = build_report(period, election.books()), election.model, NAMES[period.regime]
    first, last = period.first, period.last
    returned, others = set[Line](), 0
    match period.kind:
        case ReportKind.WEEKLY:
            lines = model.week(name, first, last)
        case ReportKind.POST_ELECTION:
            (lines, others), returned = model.after_election(first, last), model.returned_report(first, last)
        case ReportKind.RETURNED:
            lines, returned = set(), model.returned_report(first, last)
        case _:
            lines = model.accepted_report(name, first, last)
            returned = model.returned_report(first, last) if period.kind is ReportKind.QUARTERLY else set()
    assert (plain(report.lines), plain(report.returned), report.others.minor) == (lines, returned, others)
    assert report.total.minor == sum(pence for _, pence, *_ in lines)
    return report


def compare_weeks(regime: Regime, compared: list[ReportPeriod]) -> None:
    """A party's and a campaigner's weeks, whose last is polling day alone; an association has none."""
    weekly = [(period.first, period.last, period.due) for period in compared if period.kind is ReportKind.WEEKLY]
    assert weekly == ([] if regime is Regime.MEMBERS_ASSOCIATION else weeks(DISSOLVED, POLL))


def compare_single_reports(election: SnapElection, calendar: ReportCalendar) -> None:
    """An association's reports of some days on which gifts passed the threshold or went back, and of one without."""
    if election.regime is not Regime.MEMBERS_ASSOCIATION:
        return
    groups = reportable_groups(election.books().accepted(), election.families, election.regime, election.rules)
    assert [[each.gift.gift_id for each in group.gifts] for group in groups] == [
        [gift.id for gift in group] for group in election.model.groups("association")
    ]
    for day in (*sorted({group.passed_on for group in groups})[::8], LAST):
        period = calendar.report_of_gift(ReportKind.ACCEPTED, day)
        assert period is not None
        assert period.due == day + 29 * DAY
        compare(election, period)
    for day in sorted({check.returned_on for check in election.checks.values() if check.returned_on})[::8]:
        period = calendar.report_of_gift(ReportKind.RETURNED, day)
        assert period is not None
        assert compare(election, period).returned


def assert_it_was_worth_it(election: SnapElection) -> None:
    """The story holds what it promises: nothing is equal because nothing happened."""
    returned = [gift for gift in election.model.gifts if gift.returned]
    assert {gift.family for gift in returned} == set(election.impermissible)
    assert any(gift.returned > gift.last_day for gift in returned if gift.last_day and gift.returned)
    assert len({gift.family for gift in election.model.gifts}) == 3_000 - 5 * 3
    assert len(set(election.families.values())) == 5
    assert any(check.opened_on > check.clock.last_day for check in election.checks.values())
    assert {check.reason.value for check in election.checks.values()} == {"above_threshold", "linked_total"}
    assert election.held() > 0
