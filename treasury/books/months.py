"""The months of the books as the desk lists them, and what it knows of one of them. Loads; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from campaigns.store import campaigns
from compliance.held_views import held_on
from ledger.period_store import first_book_date, late_counts, open_from, period_steps
from ledger.period_views import bank_movements, campaign_months, trial_balance
from ledger.periods import (
    MonthNotReady,
    PeriodStep,
    closed_steps,
    month_after,
    month_of,
    months_between,
    next_to_close,
    require_closable,
)
from treasury.books.month_report import MonthReport, month_report, thawed_report


@dataclass(frozen=True, slots=True)
class BookMonth:
    """A month of the books: the step that closed it, if it is closed, and how many entries came later."""

    month: date
    closed: PeriodStep | None
    late: int
    is_next: bool
    why_not_yet: str


def book_months(conn: Connection, today: date) -> list[BookMonth]:
    """Every month from the first entry to this one, newest first."""
    first, open_day = first_book_date(conn), open_from(conn)
    following = next_to_close(first, open_day)
    if first is None:
        return []
    closed, late = closed_steps(period_steps(conn)), late_counts(conn)
    return [
        BookMonth(
            month, closed.get(month), late.get(month, 0), month == following, _why_not(month, first, open_day, today)
        )
        for month in months_between(min(first, following or first), max(today, month_of(first)))
    ]


def report_of(conn: Connection, book_month: BookMonth, organisation: str) -> MonthReport:
    """The month's report: as it was frozen, or as it would be now."""
    if book_month.closed is not None:
        return thawed_report(book_month.closed.report)
    return report_now(conn, book_month.month, organisation)


def report_now(conn: Connection, month: date, organisation: str) -> MonthReport:
    """The month's report by what is booked now."""
    titles = {campaign.id: campaign.title for campaign in campaigns(conn)}
    figures = trial_balance(conn, month), campaign_months(conn, month), bank_movements(conn, month)
    return month_report(organisation, month, titles, figures, held_on(conn, month_after(month) - timedelta(days=1)))


def period_step_of(steps: Sequence[PeriodStep], number: int) -> PeriodStep | None:
    """The step of this number."""
    return next((step for step in steps if step.id == number), None)


def _why_not(month: date, first: date, open_day: date | None, today: date) -> str:
    try:
        require_closable(month, first, open_day, today)
    except MonthNotReady as reason:
        return str(reason)
    return ""
