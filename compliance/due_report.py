"""Where every report of the calendar stands: to come, to file, late, filed, or not needed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from compliance.aggregation import counts
from compliance.filed_report import FiledReport, report_digest
from compliance.regime import Regime
from compliance.report import Report, ReportBooks, build_report
from compliance.report_calendar import PeriodKey, ReportCalendar, ReportKind, ReportPeriod, is_nil_exempt

# The longest that a report is due after its period's end, so that no due day of a span is missed.
_LONGEST_DUE = timedelta(days=400)


class DueState(StrEnum):
    """Where a report stands. CHANGED: it was filed, and what is known now says something else."""

    TO_COME = "to_come"
    TO_FILE = "to_file"
    LATE = "late"
    FILED = "filed"
    CHANGED = "changed"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report of the calendar as it is known today, and the versions of it that were filed, the first one first."""

    report: Report
    filed: tuple[FiledReport, ...]
    state: DueState

    @property
    def period(self) -> ReportPeriod:
        """Its kind, its days, and when it is due."""
        return self.report.period

    @property
    def newest(self) -> FiledReport | None:
        """The version that counts."""
        return self.filed[-1] if self.filed else None

    @property
    def opens_on(self) -> date:
        """The first day on which it can be filed."""
        return self.period.last + timedelta(days=1)

    def is_of_before(self, begun_on: date) -> bool:
        """Whether nobody here can know of it: nothing was received or filed, and it was due before records began."""
        return not self.filed and self.report.is_nil and self.period.due < begun_on

    @property
    def waits(self) -> bool:
        """Whether somebody has to file it now."""
        return self.state in (DueState.TO_FILE, DueState.LATE)

    def can_be_filed(self, today: date) -> bool:
        """Whether its period is over and nothing keeps it from being filed (`filed_report.file_report`)."""
        return today >= self.opens_on and (self.period.kind is ReportKind.WEEKLY or not self.report.missing)

    def days_left(self, today: date) -> int:
        """Days until it is due; less than zero, days that it is late."""
        return (self.period.due - today).days


def due_reports(
    calendar: ReportCalendar,
    books: ReportBooks,
    filed: Mapping[PeriodKey, tuple[FiledReport, ...]],
    span: tuple[date, date],
    today: date,
) -> list[DueReport]:
    """The reports whose due day lies in this span, by due day."""
    first, last = span
    periods = [*calendar.reports(first - _LONGEST_DUE, last), *_periods_of_gifts(calendar, books)]
    within = [period for period in periods if first <= period.due <= last]
    return [
        due_report(period, books, filed, today)
        for period in sorted(within, key=lambda each: (each.due, each.kind, each.first))
    ]


def due_report(
    period: ReportPeriod, books: ReportBooks, filed: Mapping[PeriodKey, tuple[FiledReport, ...]], today: date
) -> DueReport:
    """One report as it stands; `filed` are the versions of every report that was filed."""
    report, versions = build_report(period, books), filed.get(period.key, ())
    return DueReport(report, versions, _state(report, versions, today, exempt=_is_exempt(period, books, filed)))


def _is_exempt(period: ReportPeriod, books: ReportBooks, filed: Mapping[PeriodKey, tuple[FiledReport, ...]]) -> bool:
    """Whether a nil report of this quarter need not be filed, because those before it were nil."""
    if period.kind is not ReportKind.QUARTERLY:
        return False
    before = [filed[key][-1].is_nil for key in sorted(filed) if key[0] is period.kind and key[2] < period.first]
    return is_nil_exempt(before, period.regime, books.rules, period.last)


def _state(report: Report, filed: tuple[FiledReport, ...], today: date, *, exempt: bool) -> DueState:
    if filed:
        return DueState.FILED if filed[-1].digest == report_digest(report) else DueState.CHANGED
    if today <= report.period.last:
        return DueState.TO_COME
    if not report.is_needed or (report.is_nil and exempt):
        return DueState.NOT_NEEDED
    return DueState.LATE if today > report.period.due else DueState.TO_FILE


def _periods_of_gifts(calendar: ReportCalendar, books: ReportBooks) -> Iterator[ReportPeriod]:
    """The reports of single gifts: one for each day on which gifts passed the threshold, or went back."""
    for regime in {period.regime for period in calendar.periods} - {Regime.UNREGULATED}:
        accepted = {group.passed_on for group in books.groups(regime)}
        returned = {
            day for day, gifts in books.went_back.items() if any(counts(gift, regime, books.rules) for gift in gifts)
        }
        for kind, days in ((ReportKind.ACCEPTED, accepted), (ReportKind.RETURNED, returned)):
            for day in sorted(days):
                period = calendar.report_of_gift(kind, day)
                if period is not None and period.regime is regime:
                    yield period
