"""Which report is due when: the Commission's own tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from compliance.regime import Regime, RegimePeriod
from compliance.report_calendar import Election, ReportCalendar, ReportKind, ReportPeriod, is_nil_exempt
from compliance.rule import Rule, RuleBook
from compliance.thresholds import shipped_rules
from tests.compliance.gifts import FOREVER

RULES = shipped_rules()
ELECTION_2024 = Election("2024", date(2023, 7, 6), date(2024, 5, 30), date(2024, 7, 4), "https://example.org")
# Dissolved on 30 March, polled on 7 May: the Commission's sixth report covers 4 to 7 May.
ELECTION_2015 = Election("2015", date(2014, 9, 19), date(2015, 3, 30), date(2015, 5, 7), "https://example.org")


def calendar(
    regime: Regime, year: int, *elections: Election, rules: RuleBook = RULES, kind: ReportKind | None = None
) -> list[ReportPeriod]:
    """The reports of a year."""
    reports = ReportCalendar(FOREVER[regime], elections, rules).reports(date(year, 1, 1), date(year, 12, 31))
    return [report for report in reports if kind in (None, report.kind)]


@pytest.mark.parametrize(("regime", "needs_nil"), [(Regime.PARTY, True), (Regime.CAMPAIGNER, False)])
def test_the_weekly_table_of_2024(regime: Regime, needs_nil: bool) -> None:
    """As the Commission printed it on 23 May 2024; a party files nil reports, a campaigner none."""
    weekly = calendar(regime, 2024, ELECTION_2024, kind=ReportKind.WEEKLY)

    assert [(f"{each.first:%-d %B}", f"{each.last:%-d %B}", f"{each.due:%A %-d %B %Y}") for each in weekly] == [
        ("30 May", "5 June", "Wednesday 12 June 2024"),
        ("6 June", "12 June", "Wednesday 19 June 2024"),
        ("13 June", "19 June", "Wednesday 26 June 2024"),
        ("20 June", "26 June", "Wednesday 3 July 2024"),
        ("27 June", "3 July", "Wednesday 10 July 2024"),
        ("4 July", "4 July", "Thursday 11 July 2024"),
    ]
    assert {each.needs_nil for each in weekly} == {needs_nil}


def test_the_last_week_of_2015_was_short() -> None:
    """The third report covers 13 to 19 April, the sixth 4 to 7 May (the Commission, 1 and 21 May 2015)."""
    weekly = calendar(Regime.PARTY, 2015, ELECTION_2015, kind=ReportKind.WEEKLY)

    assert len(weekly) == 6
    assert (weekly[2].first, weekly[2].last) == (date(2015, 4, 13), date(2015, 4, 19))
    assert (weekly[5].first, weekly[5].last) == (date(2015, 5, 4), date(2015, 5, 7))


def test_a_partys_quarters() -> None:
    """Due on 30 April, 30 July, 30 October and 30 January, nil reports too; weekly reports come on top."""
    quarters = calendar(Regime.PARTY, 2024, ELECTION_2024, kind=ReportKind.QUARTERLY)

    assert [each.due for each in quarters] == [
        date(2024, 4, 30),
        date(2024, 7, 30),
        date(2024, 10, 30),
        date(2025, 1, 30),
    ]
    assert all(each.needs_nil for each in quarters)


@pytest.mark.parametrize("regime", [Regime.MEMBERS_ASSOCIATION, Regime.REGULATED_DONEE])
def test_a_members_association_reports_gift_by_gift(regime: Regime) -> None:
    """Within 30 days beginning with the acceptance or the return; there are no periods, and no weeks."""
    reports = ReportCalendar(FOREVER[regime], [ELECTION_2024], RULES)

    assert calendar(regime, 2024, ELECTION_2024) == []
    for kind in (ReportKind.ACCEPTED, ReportKind.RETURNED):
        report = reports.report_of_gift(kind, date(2024, 5, 1))
        assert report is not None
        assert (report.first, report.last, report.due) == (date(2024, 5, 1), date(2024, 5, 1), date(2024, 5, 30))


def test_a_campaigner_has_quarters_only_before_an_election_that_was_foreseen() -> None:
    """A snap election goes straight to the weekly reports."""
    foreseen = replace(ELECTION_2024, pre_dissolution_from=date(2023, 12, 17))
    quarters = ReportCalendar(FOREVER[Regime.CAMPAIGNER], [foreseen], RULES).reports(date(2023, 1, 1), date(2024, 6, 1))

    assert calendar(Regime.CAMPAIGNER, 2024, ELECTION_2024, kind=ReportKind.QUARTERLY) == []
    assert [(each.first, each.last) for each in quarters if each.kind is ReportKind.QUARTERLY] == [
        (date(2023, 12, 17), date(2024, 3, 16)),
        (date(2024, 3, 17), date(2024, 5, 29)),
    ]


def test_a_campaigner_reports_after_the_election() -> None:
    """Three months after polling day, which we know from memory alone: the row says so."""
    (report,) = calendar(Regime.CAMPAIGNER, 2024, ELECTION_2024, kind=ReportKind.POST_ELECTION)

    assert (report.first, report.last, report.due) == (date(2023, 7, 6), date(2024, 7, 4), date(2024, 10, 4))
    assert not report.rule.is_verified


def test_a_yearly_report_is_a_new_row() -> None:
    """No regime has one today; an invented row makes one due."""
    row = Rule(
        "members_association",
        "yearly_due_days_after_year_end",
        Decimal(31),
        "days",
        date(2027, 1, 1),
        None,
        "in_force",
        "verified",
        "https://example.org/invented",
    )
    rules = RuleBook((*RULES.rules, row))

    assert calendar(Regime.MEMBERS_ASSOCIATION, 2026, rules=rules) == []
    assert [each.due for each in calendar(Regime.MEMBERS_ASSOCIATION, 2027, rules=rules)] == [date(2028, 1, 31)]


def test_who_changes_regime_owes_the_reports_of_each() -> None:
    """A party until the end of June, unregulated, then a campaigner: two quarters, no third."""
    periods = [
        RegimePeriod(Regime.PARTY, date(2023, 1, 1), date(2024, 6, 30)),
        RegimePeriod(Regime.CAMPAIGNER, date(2024, 10, 1)),
    ]
    reports = ReportCalendar(periods, [], RULES).reports(date(2024, 1, 1), date(2024, 12, 31))

    assert [each.last for each in reports] == [date(2024, 3, 31), date(2024, 6, 30)]


@pytest.mark.parametrize(
    ("filed_as_nil", "exempt"),
    [([True] * 4, True), ([True] * 3, False), ([False, *[True] * 4], True), ([True] * 4 + [False], False)],
)
def test_after_four_nil_reports_a_party_is_exempt(filed_as_nil: list[bool], exempt: bool) -> None:
    """Until the next gift to report."""
    assert is_nil_exempt(filed_as_nil, Regime.PARTY, RULES, date(2024, 1, 1)) == exempt
    assert not is_nil_exempt(filed_as_nil, Regime.CAMPAIGNER, RULES, date(2024, 1, 1))
