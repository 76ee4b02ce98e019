"""The kept totals of some days, in as few rows as there can be: whole months by the month, the days around them singly.

A table to ask of, with the columns of `total` but the day. Every sum over many days is asked of it.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.span_parts import span_parts
from ledger.tables import month_total, total

_t, _m = total.c, month_total.c
_SUMMED = ("account", "currency", "campaign_id", "debit_minor", "credit_minor", "debits", "credits")


def kept_totals(first: date | None = None, last: date | None = None) -> sa.Subquery:
    """The totals from the first to the last of these days; None is without end on that side."""
    parts = span_parts(first, last)
    selects = [sa.select(*(_t[name] for name in _SUMMED)).where(_t.book_date.between(*days)) for days in parts.days]
    if parts.whole is not None:
        begins, ends = parts.whole
        within = [] if begins is None else [_m.month >= f"{begins:%Y-%m}"]
        within += [] if ends is None else [_m.month < f"{ends:%Y-%m}"]
        selects.insert(0, sa.select(*(_m[name] for name in _SUMMED)).where(*within))
    if not selects:
        selects = [sa.select(*(_m[name] for name in _SUMMED)).where(sa.false())]
    return (selects[0] if len(selects) == 1 else sa.union_all(*selects)).subquery("kept")


def month_text(conn: Connection, day: sa.ColumnElement[date]) -> sa.ColumnElement[str]:
    """A day's month as it is kept, such as 2026-11, in each database's SQL."""
    if conn.dialect.name == "sqlite":
        return sa.func.substr(day, 1, 7, type_=sa.Text)
    return sa.func.to_char(day, "YYYY-MM", type_=sa.Text)
