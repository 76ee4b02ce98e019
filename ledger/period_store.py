"""Close months and open them again; what was booked later than its own day."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import fetch
from ledger import tables
from ledger.kinds import EntryKind
from ledger.money import CURRENCIES, Money
from ledger.periods import PeriodAct, PeriodStep, month_after, require_closable, require_reopenable

_p, _e, _l, _r = tables.period_step.c, tables.entry.c, tables.late_entry.c, tables.period_report.c
OPEN_FROM = sa.select(_p.open_from).where(_p.id == sa.select(sa.func.max(_p.id)).scalar_subquery())


@dataclass(frozen=True, slots=True)
class LateEntry:
    """An entry whose own day was in a closed month: it stands on `book_date`, the first open day then."""

    id: int
    kind: EntryKind
    subject: str
    amount: Money
    own_day: date
    book_date: date


def open_from(conn: Connection) -> date | None:
    """The first day that entries may be booked on; None while no month was ever closed."""
    rows = fetch(conn, OPEN_FROM)
    return rows[0][0] if rows else None


def first_book_date(conn: Connection) -> date | None:
    """The day of the oldest entry."""
    day: date | None = conn.scalar(sa.select(sa.func.min(tables.total.c.book_date)))
    return day


def period_steps(conn: Connection) -> list[PeriodStep]:
    """Every closing and opening again, in order."""
    rows = conn.execute(sa.select(tables.period_step).order_by(_p.id))
    return [
        PeriodStep(
            row.id, PeriodAct(row.act), row.month, row.open_from, row.report, row.digest, row.who, row.stepped_at
        )
        for row in rows
    ]


def close_month(conn: Connection, month: date, report: tuple[str, str], who: str, at: tuple[datetime, date]) -> None:
    """Close this month with its report and the report's digest; `at` is now, and today in the organisation's days.

    Raises MonthNotReady. Call it only inside a transaction that has the books.
    """
    now, today = at
    require_closable(month, first_book_date(conn), open_from(conn), today)
    frozen_report, digest = report
    _add_step(
        conn, act=PeriodAct.CLOSE.value, month=month, open_from=month_after(month), report=frozen_report, digest=digest,
        who=who, stepped_at=now,
    )  # fmt: skip


def reopen_month(conn: Connection, month: date, who: str, now: datetime) -> None:
    """Open the month that was closed last again. Raises MonthNotReady."""
    require_reopenable(month, open_from(conn))
    _add_step(
        conn, act=PeriodAct.REOPEN.value, month=month, open_from=month, report="", digest="", who=who, stepped_at=now
    )


def late_entries(conn: Connection, month: date, limit: int, before: int | None = None) -> list[LateEntry]:
    """What was booked elsewhere because this month was closed, newest first; at most `limit`, older than `before`."""
    question = (
        sa.select(_l.entry_id, _e.kind, _e.subject, _e.amount_minor, _e.currency, _l.own_day, _e.book_date)
        .join(tables.entry, _e.id == _l.entry_id)
        .where(_l.own_day >= month, _l.own_day < month_after(month))
        .order_by(_l.entry_id.desc())
        .limit(limit)
    )
    if before is not None:
        question = question.where(_l.entry_id < before)
    return [
        LateEntry(number, EntryKind(kind), subject, Money(minor, CURRENCIES[code]), own_day, book_date)
        for number, kind, subject, minor, code, own_day, book_date in conn.execute(question)
    ]


def late_counts(conn: Connection) -> dict[date, int]:
    """How many entries of each closed month were booked later."""
    rows = conn.execute(sa.select(_l.own_day, sa.func.count()).group_by(_l.own_day))
    counts = dict[date, int]()
    for day, number in rows:
        counts[day.replace(day=1)] = counts.get(day.replace(day=1), 0) + int(number)
    return counts


def report_pdf(conn: Connection, step: int) -> bytes | None:
    """The printed report of a closed month; None until it is printed."""
    pdf: bytes | None = conn.scalar(sa.select(_r.pdf).where(_r.step_id == step))
    return pdf


def save_report_pdf(conn: Connection, step: int, pdf: bytes, now: datetime) -> None:
    """Keep a report as it was printed. It is printed once, so that its bytes never change."""
    values = {"step_id": step, "pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest(), "printed_at": now}
    conn.execute(sa.insert(tables.period_report).values(values))


def _add_step(conn: Connection, **values: object) -> None:
    last = conn.scalar(sa.select(sa.func.max(_p.id))) or 0
    conn.execute(sa.insert(tables.period_step).values(id=last + 1, **values))
