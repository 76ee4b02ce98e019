"""The audit of closed months: their frozen reports against the entries themselves, added up anew."""

import hashlib
import json
from collections import defaultdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.period_store import period_steps
from ledger.periods import PeriodStep, closed_steps
from ledger.tables import entry

_e = entry.c
MonthSums = dict[tuple[str, str], tuple[int, int]]
"""By currency and account: what came to its debit and its credit, in minor units."""


def closed_months_that_moved(conn: Connection) -> tuple[int, list[str]]:
    """How many months are closed, and those whose frozen report is not what the entries add up to."""
    closed = closed_steps(period_steps(conn))
    sums = _sums_by_month(conn, max(closed)) if closed else {}
    return len(closed), [f"{month:%Y-%m}" for month, step in closed.items() if not _is_as_frozen(step, sums)]


def _sums_by_month(conn: Connection, last: date) -> dict[str, MonthSums]:
    is_sqlite = conn.dialect.name == "sqlite"
    code = sa.func.substr(_e.book_date, 1, 7) if is_sqlite else sa.func.to_char(_e.book_date, "YYYY-MM")
    sums: defaultdict[str, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for side, account in enumerate((_e.debit, _e.credit)):
        month = code.label("month")
        rows = conn.execute(
            sa.select(month, _e.currency, account, sa.func.sum(_e.amount_minor)).group_by(month, _e.currency, account)
        )
        for name, currency, number, minor in rows:
            if name <= f"{last:%Y-%m}":
                sums[name][currency, number][side] += int(minor)
    return {name: {key: (debit, credit) for key, (debit, credit) in of.items()} for name, of in sums.items()}


def _is_as_frozen(step: PeriodStep, sums: dict[str, MonthSums]) -> bool:
    if hashlib.sha256(step.report.encode()).hexdigest() != step.digest:
        return False
    month = f"{step.month:%Y-%m}"
    opening: defaultdict[tuple[str, str], int] = defaultdict(int)
    for name, moved in sums.items():
        if name < month:
            for key, (debit, credit) in moved.items():
                opening[key] += debit - credit
    within = sums.get(month, {})
    expected = {
        key: (opening[key], *within.get(key, (0, 0)))
        for key in {*opening, *within}
        if opening[key] or within.get(key, (0, 0)) != (0, 0)
    }
    return expected == _frozen_accounts(json.loads(step.report))


def _frozen_accounts(report: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {
        (part["currency"], account): (opening, debit, credit)
        for part in report["currencies"]
        for account, opening, debit, credit in part["accounts"]
    }
