"""Months of the books: which are closed, which can be closed or opened again. Pure.

Months are closed one after the other. A fact of a closed month that comes later is booked on the first day of the
open month, so that a closed month's figures never move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PeriodAct(StrEnum):
    """What was done to a month."""

    CLOSE = "close"
    REOPEN = "reopen"


class MonthNotReady(ValueError):
    """This month cannot be closed or opened again now; the message says why."""


@dataclass(frozen=True, slots=True)
class PeriodStep:
    """A month was closed or opened again. `month` is its first day.

    `open_from` is the first day that entries may be booked on afterwards. `report` is the month's report as it was
    frozen, in JSON, and `digest` its SHA-256; both are empty where a month was opened again.
    """

    id: int
    act: PeriodAct
    month: date
    open_from: date
    report: str
    digest: str
    who: str
    at: datetime


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """The first days of these months, newest first; none where `last` is before `first`."""
    months, month = list[date](), month_of(last)
    while month >= month_of(first):
        months.append(month)
        month = month_before(month)
    return months


def moved_day(book_date: date, open_from: date | None) -> date:
    """The day on which an entry of this day is booked: the open period's first day when its own is closed."""
    return book_date if open_from is None else max(book_date, open_from)


def next_to_close(first_day: date | None, open_from: date | None) -> date | None:
    """The month that is closed next; None where nothing is booked. `first_day`: of the oldest entry."""
    if open_from is not None:
        return open_from
    return None if first_day is None else month_of(first_day)


def require_closable(month: date, first_day: date | None, open_from: date | None, today: date) -> None:
    """Raises MonthNotReady unless the month is over and every month before it is closed."""
    following = next_to_close(first_day, open_from)
    if following is None:
        raise MonthNotReady("Nothing is booked yet, so there is nothing to close.")
    if month < following:
        raise MonthNotReady(f"{month:%B %Y} is closed already.")
    if month > following:
        raise MonthNotReady(f"Months are closed one after the other: {following:%B %Y} comes first.")
    if today < month_after(month):
        raise MonthNotReady(f"{month:%B %Y} is not over yet. It can be closed from 1 {month_after(month):%B} on.")


def require_reopenable(month: date, open_from: date | None) -> None:
    """Raises MonthNotReady unless it is the month that was closed last."""
    if open_from is None or month >= open_from:
        raise MonthNotReady(f"{month:%B %Y} is not closed.")
    if month_after(month) != open_from:
        last = month_before(open_from)
        raise MonthNotReady(f"Months are opened again one after the other: {last:%B %Y} comes first.")


def closed_steps(steps: Sequence[PeriodStep]) -> dict[date, PeriodStep]:
    """For each month that is closed now, the step that closed it. `steps` in the order of their numbers."""
    closed = dict[date, PeriodStep]()
    for step in steps:
        if step.act is PeriodAct.CLOSE:
            closed[step.month] = step
        else:
            closed.pop(step.month, None)
    return closed
