"""This month and the last, as the desk's first table: given, given back, fees, and what is left. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.accounts import Figure
from ledger.money import Currency, Money
from ledger.periods import month_before, month_of
from ledger.views import EntryChoice, MonthlySum
from treasury.overview.figures import Cell, list_address

FIGURES = (Figure.GIVEN, Figure.GIVEN_BACK, Figure.FEES)


@dataclass(frozen=True, slots=True)
class RecentMonth:
    """A month's figures in one currency, each with the list behind it; `left` leads to the month's page."""

    month: date
    gifts: int
    cells: tuple[Cell, ...]
    left: Cell


@dataclass(frozen=True, slots=True)
class RecentMonths:
    """This month and the one before it in one currency."""

    currency: Currency
    months: tuple[RecentMonth, ...]


def recent_months(sums: Sequence[MonthlySum], currencies: Sequence[Currency], today: date) -> list[RecentMonths]:
    """The two months in each of these currencies, in their order; zeros where nothing moved."""
    this = month_of(today)
    return [
        RecentMonths(of, tuple(_recent(sums, month, of) for month in (this, month_before(this)))) for of in currencies
    ]


def moved_in(sums: Sequence[MonthlySum]) -> list[Currency]:
    """The currencies that anything was booked in."""
    return sorted({monthly.amount.currency for monthly in sums}, key=lambda of: of.code)


def _recent(sums: Sequence[MonthlySum], month: date, of: Currency) -> RecentMonth:
    chosen = [monthly for monthly in sums if monthly.month == month and monthly.amount.currency == of]
    cells = tuple(
        Cell(_total(chosen, figure, of), list_address(EntryChoice(figure, month=month, currency=of.code)))
        for figure in FIGURES
    )
    left = sum((cell.amount for cell in cells), start=Money(0, of))  # what went back and fees are negative
    return RecentMonth(month, sum(each.gifts for each in chosen), cells, Cell(left, f"/desk/books/{month:%Y-%m}"))


def _total(sums: Sequence[MonthlySum], figure: Figure, of: Currency) -> Money:
    return sum((each.amount for each in sums if each.account in figure.accounts), start=Money(0, of))
