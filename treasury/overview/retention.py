"""How many monthly givers stay, by the month in which they began, and what that means for the months to come. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.money import Currency, Money
from ledger.periods import month_after
from payments.gifts.recurring import Interval
from payments.gifts.recurring_views import ExpectedSum
from payments.gifts.retention_views import MonthlyGivers

PER_YEAR = {Interval.WEEK: 52, Interval.MONTH: 12, Interval.QUARTER: 4, Interval.YEAR: 1}
MONTHS_AHEAD = 12
FEWEST = 30
"""Of fewer monthly gifts, counted once for each month, a share that stays says nothing."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The monthly gifts that began in a month, and how many of them still ran at the end of each month from then on.

    The last of `kept` is of now, where the month is not over.
    """

    began: date
    count: int
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Survival:
    """Of the monthly gifts that ran at the beginning of each whole month, how many ended in it, all months together."""

    ran: int
    ended: int
    months: int

    @property
    def is_known(self) -> bool:
        """Whether there were enough to say anything."""
        return self.ran >= FEWEST

    @property
    def share(self) -> Fraction:
        """The part that stays from one month to the next; all, where too little is known."""
        return 1 - Fraction(self.ended, self.ran) if self.is_known else Fraction(1)


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """What recurring gifts that run now will bring in a month to come."""

    month: date
    amount: Money


def cohorts(givers: Sequence[MonthlyGivers], months: Sequence[date]) -> list[Cohort]:
    """By the month in which they began, the oldest first; months in which nobody began are left out."""
    rows = []
    for began in months:
        mine = [each for each in givers if each.began == began]
        if count := sum(each.count for each in mine):
            later = [month for month in months if month >= began]
            kept = tuple(count - _ended_up_to(mine, month) for month in later)
            rows.append(Cohort(began, count, kept))
    return rows


def survival(givers: Sequence[MonthlyGivers], months: Sequence[date]) -> Survival:
    """How many stayed in the whole months, which are all but the last."""
    ran = ended = counted = 0
    for month in months[:-1]:
        at_first = [
            each
            for each in givers
            if (each.began is None or each.began < month) and (each.ended is None or each.ended >= month)
        ]
        ran += (running := sum(each.count for each in at_first))
        ended += sum(each.count for each in at_first if each.ended == month)
        counted += running > 0
    return Survival(ran, ended, counted)


def committed(expected: Sequence[ExpectedSum], of: Currency) -> Money:
    """What recurring gifts that run bring in a month: one each year counts a twelfth. Part of a penny is left out."""
    mine = [each for each in expected if each.amount.currency == of]
    a_year = sum(each.amount.minor * PER_YEAR[each.interval] for each in mine)
    return Money(a_year // 12, of)


def months_after(month: date) -> list[date]:
    """The months that are forecast."""
    months = [month_after(month)]
    while len(months) < MONTHS_AHEAD:
        months.append(month_after(months[-1]))
    return months


def forecast(monthly: Money, stays: Fraction, this_month: date) -> list[ForecastMonth]:
    """The committed income of the months to come, when each month keeps this share and nobody begins."""
    return [
        ForecastMonth(month, Money(int(monthly.minor * stays**n), monthly.currency))
        for n, month in enumerate(months_after(this_month), start=1)
    ]


def _ended_up_to(givers: Sequence[MonthlyGivers], month: date) -> int:
    return sum(each.count for each in givers if each.ended is not None and each.ended <= month)
