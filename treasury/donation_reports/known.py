"""What the desk knows of reports: when they are due, what they say now, and what was filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.engine import Connection

from compliance.book_views import report_books
from compliance.due_report import DueReport, due_report, due_reports
from compliance.election_store import accounting_units, report_calendar
from compliance.filed_report import FiledReport
from compliance.regime import RegimePeriod, regime_on
from compliance.report import ReportBooks
from compliance.report_calendar import PeriodKey, ReportCalendar
from compliance.report_store import filed_reports
from compliance.rule import NoSuchRule
from compliance.rule_store import regimes_kept_since
from ledger.period_store import first_book_date

A_YEAR = timedelta(days=365)
SOON = timedelta(days=14)
"""How long before its due day a report that can be filed stands among the things to do."""

Filed = Mapping[PeriodKey, tuple[FiledReport, ...]]


@dataclass(frozen=True)
class KnownReports:
    """The calendar, the books and the filed reports, read in one transaction.

    `begun_on` is the day from which somebody here can know what was reported: of the first entry of the books, or on
    which the first regime was entered. Nil reports that were due before were filed elsewhere, and are not listed.
    """

    calendar: ReportCalendar
    books: ReportBooks
    filed: Filed
    today: date
    begun_on: date

    @property
    def regime(self) -> RegimePeriod | None:
        """The rules that the organisation is under today."""
        return regime_on(self.calendar.periods, self.today)

    @property
    def is_unregulated(self) -> bool:
        """Whether no report was ever due, and none is to come."""
        return not self.calendar.periods and not self.filed

    def due_within(self, before: timedelta, after: timedelta) -> list[DueReport]:
        """The reports due from so long ago until so long from now."""
        span = self.today - before, self.today + after
        due = due_reports(self.calendar, self.books, self.filed, span, self.today)
        return [each for each in due if not each.is_of_before(self.begun_on)]

    def report(self, key: PeriodKey) -> DueReport | None:
        """One report of the calendar; None where it has none of this kind and these days."""
        period = self.calendar.period_of(key)
        return due_report(period, self.books, self.filed, self.today) if period else None

    def off_the_calendar(self) -> list[tuple[PeriodKey, tuple[FiledReport, ...]]]:
        """What was filed and is on the calendar no more: an election or a regime was corrected since."""
        return [(key, versions) for key, versions in self.filed.items() if self.calendar.period_of(key) is None]


def known_reports(conn: Connection, participant: str, today: date, first: date | None = None) -> KnownReports:
    """Everything about reports of periods from `first` on, as it is known today; None: of those still listed."""
    units = accounting_units(conn)
    books, unvalued = report_books(conn, participant, units, first or today - 3 * A_YEAR)
    books = replace(books, unvalued={gift.gift_id: gift.received_on for gift in unvalued})
    return KnownReports(report_calendar(conn), books, filed_reports(conn), today, _begun_on(conn, today))


def _begun_on(conn: Connection, today: date) -> date:
    entered, booked = regimes_kept_since(conn), first_book_date(conn)
    return min(entered.date() if entered else today, booked or today)


@dataclass(frozen=True)
class ReportsToDo:
    """The reports that are late or due soon. `missing_rule` says which rule is missing, so that nobody knows them."""

    due: Sequence[DueReport] = ()
    missing_rule: str = ""


def reports_to_do(conn: Connection, today: date) -> ReportsToDo:
    """What has to be filed within `SOON`, or is late by less than a year."""
    if not report_calendar(conn).periods:
        return ReportsToDo()
    try:
        due = known_reports(conn, "", today).due_within(A_YEAR, SOON)
    except NoSuchRule as missing:
        return ReportsToDo(missing_rule=str(missing))
    return ReportsToDo([each for each in due if each.waits])
