"""Where each report of the calendar stands today."""

from datetime import date, timedelta

import pytest

from compliance.due_report import DueState, due_reports
from compliance.filed_report import FiledReport, file_report
from compliance.regime import Regime
from compliance.report import ReportBooks, build_report
from compliance.report_calendar import PeriodKey, ReportCalendar, ReportKind
from compliance.thresholds import shipped_rules
from tests.compliance.gifts import ASHA, FOREVER, accepted, gift, returned
from tests.compliance.test_reports import ELECTION, books

RULES = shipped_rules()
MARCH, YEAR = date(2024, 3, 5), (date(2024, 4, 1), date(2025, 3, 31))
Filed = dict[PeriodKey, tuple[FiledReport, ...]]


def states(
    regime: Regime, of: ReportBooks, today: date, filed: Filed | None = None, kind: ReportKind | None = None
) -> dict[str, DueState]:
    """How each report due in the year from April 2024 stands, by the last day of its period."""
    calendar = ReportCalendar(FOREVER[regime], [ELECTION], RULES)
    due = due_reports(calendar, of, filed or {}, YEAR, today)
    return {str(each.period.last): each.state for each in due if kind in (None, each.period.kind)}


def quarters(*nil: bool) -> Filed:
    """Quarterly reports that were filed from the first of 2023 on, each of them nil or not."""
    calendar = ReportCalendar(FOREVER[Regime.PARTY], [], RULES)
    periods = calendar.reports(date(2023, 1, 1), date(2024, 12, 31))[: len(nil)]
    filed: Filed = {}
    for is_nil, period in zip(nil, periods, strict=True):
        of = books() if is_nil else books(accepted(gift("20000", period.first), period.first))
        filed[period.key] = (file_report(build_report(period, of), ASHA, period.due),)
    return filed


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2024, 3, 31), DueState.TO_COME),
        (date(2024, 4, 1), DueState.TO_FILE),
        (date(2024, 4, 30), DueState.TO_FILE),
        (date(2024, 5, 1), DueState.LATE),
    ],
)
def test_a_report_waits_from_the_end_of_its_period_and_is_late_after_its_day(today: date, state: DueState) -> None:
    """A party's quarter, nil or not."""
    assert states(Regime.PARTY, books(), today, kind=ReportKind.QUARTERLY)["2024-03-31"] is state


def test_a_filed_report_says_when_something_else_is_known_since() -> None:
    """A gift that was accepted late, in the period: to be looked at, and perhaps amended."""
    first = accepted(gift("12000", MARCH, "a", gift_id="a"), MARCH)
    late = accepted(gift("13000", MARCH, "b", gift_id="b"), MARCH)
    [period] = ReportCalendar(FOREVER[Regime.PARTY], [], RULES).reports(date(2024, 3, 31), date(2024, 3, 31))
    filed: Filed = {period.key: (file_report(build_report(period, books(first)), ASHA, date(2024, 4, 20)),)}
    today = date(2024, 6, 1)

    assert states(Regime.PARTY, books(first), today, filed)["2024-03-31"] is DueState.FILED
    assert states(Regime.PARTY, books(first, late), today, filed)["2024-03-31"] is DueState.CHANGED


def test_a_campaigners_empty_week_is_not_needed_and_a_partys_is() -> None:
    """Nil is said by a party alone."""
    today = date(2024, 7, 31)
    party = states(Regime.PARTY, books(), today, kind=ReportKind.WEEKLY)
    campaigner = states(Regime.CAMPAIGNER, books(), today, kind=ReportKind.WEEKLY)

    assert (set(party.values()), set(campaigner.values())) == ({DueState.LATE}, {DueState.NOT_NEEDED})


@pytest.mark.parametrize(
    ("nil", "expected"),
    [([True] * 4, DueState.NOT_NEEDED), ([True] * 3, DueState.LATE), ([True, True, True, False], DueState.LATE)],
)
def test_after_four_nil_quarters_the_next_empty_one_is_not_needed(nil: list[bool], expected: DueState) -> None:
    """The first quarter of 2024, when 2023 was filed so."""
    of_quarters = states(Regime.PARTY, books(), date(2024, 6, 1), quarters(*nil), ReportKind.QUARTERLY)
    assert of_quarters["2024-03-31"] is expected


def test_a_quarter_with_a_gift_is_needed_after_four_nil_ones() -> None:
    """The exemption ends with the next gift to report."""
    of = books(accepted(gift("20000", MARCH), MARCH))
    of_quarters = states(Regime.PARTY, of, date(2024, 4, 2), quarters(*[True] * 4), ReportKind.QUARTERLY)
    assert of_quarters["2024-03-31"] is DueState.TO_FILE


def test_an_association_has_a_report_for_each_day_on_which_there_is_something_to_report() -> None:
    """Of gifts that passed the threshold together, of those that went back, and of no other day."""
    april, may = date(2024, 4, 10), date(2024, 5, 10)
    of = books(
        accepted(gift("6000", MARCH, "a"), MARCH),
        accepted(gift("6000", april, "a"), april),
        returned(gift("600", april, "b"), may),
        accepted(gift("600", may, "c"), may),
    )
    calendar = ReportCalendar(FOREVER[Regime.MEMBERS_ASSOCIATION], [ELECTION], RULES)
    due = due_reports(calendar, of, {}, YEAR, may)

    assert [(each.period.kind, each.period.first, each.period.due, each.state) for each in due] == [
        (ReportKind.ACCEPTED, april, april + timedelta(days=29), DueState.LATE),
        (ReportKind.RETURNED, may, may + timedelta(days=29), DueState.TO_COME),
    ]
    assert [each.waits for each in due] == [True, False]
    assert calendar.period_of(due[0].period.key) == due[0].period
    assert calendar.period_of((ReportKind.ACCEPTED, april, may)) is None


def test_a_body_under_no_rules_has_no_report() -> None:
    """Whatever it was given."""
    of = books(accepted(gift("20000", MARCH), MARCH))
    assert states(Regime.UNREGULATED, of, date(2024, 12, 1)) == {}
