"""How long monthly givers stay: who began and who ended in each month. Writes nothing.

Only the months that are asked for are read, so the answer takes no longer as the years go by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.periods import month_after
from payments.gifts.recurring import Interval, RecurringState
from payments.gifts.tables import recurring

_r = recurring.c
_ENDED, _MONTHLY = _r.state == RecurringState.ENDED.value, _r.interval == Interval.MONTH.value
_RUNS = [state.value for state in RecurringState if state not in (RecurringState.PENDING, RecurringState.ENDED)]
_ENDED_AT = sa.case((_ENDED, _r.stripe_ends_at))


@dataclass(frozen=True, slots=True)
class MonthlyGivers:
    """Monthly gifts that began in a month and ended in a month, and how many they are.

    `began` is None where it was before the first month that was asked for, `ended` where it still runs.
    """

    began: date | None
    ended: date | None
    count: int


def monthly_givers(conn: Connection, months: Sequence[date], zone: tzinfo) -> list[MonthlyGivers]:
    """The monthly gifts that ran in any of these months, which follow each other, the oldest first.

    A gift that failed or is paused still runs. Months are the organisation's.
    """
    starts = [datetime.combine(month, time(), zone).astimezone(UTC) for month in (*months, month_after(months[-1]))]
    began, ended = _month_number(_r.began_at, starts), _month_number(_ENDED_AT, starts)
    counted = sa.func.count()
    lately = sa.select(began, ended, counted).where(_MONTHLY, _r.began_at >= starts[0], _r.began_at < starts[-1])
    older = _MONTHLY, _r.began_at < starts[0]
    gone = sa.select(sa.null(), ended, counted).where(*older, _ENDED, _r.stripe_ends_at >= starts[0])
    still = sa.select(counted).where(*older, _r.state.in_(_RUNS))
    rows = [*conn.execute(lately.group_by(began, ended)), *conn.execute(gone.group_by(ended))]
    number_of = dict(enumerate(months))
    givers = [
        MonthlyGivers(None if first is None else months[first], number_of.get(last), count)
        for first, last, count in rows
    ]
    return [*givers, MonthlyGivers(None, None, conn.scalar(still) or 0)]


def _month_number(column: sa.ColumnElement[datetime], starts: Sequence[datetime]) -> sa.ColumnElement[int]:
    """The place of an instant's month among these; NULL for none, and the number of months for one that comes after."""
    number = [sa.literal_column(str(n), sa.Integer) for n in range(len(starts))]
    before = [(column < sa.literal(start, _r.began_at.type), number[n]) for n, start in enumerate(starts[1:])]
    return sa.case((column.is_(None), sa.null()), *before, else_=number[-1])
