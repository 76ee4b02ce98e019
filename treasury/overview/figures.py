"""The desk's figures by campaign and by month, each with the choice of entries that it is the sum of.

Pure: the ledger's sums go in, sheets of figures come out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from ledger.accounts import FIGURE_ACCOUNTS, Account, Figure
from ledger.entry import NO_CAMPAIGN
from ledger.money import Currency, Money
from ledger.views import EntryChoice, MonthlySum

LIST_PATH = "/desk/entries"
SHOWN = tuple({account for accounts in FIGURE_ACCOUNTS.values() for account in accounts})


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, and the address of the list behind it."""

    amount: Money
    address: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one campaign or of one month; of everything when both are None. `left`: raised, less fees."""

    campaign: int | None
    month: date | None
    gifts: int
    cells: tuple[Cell, ...]
    left: Money


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything in one currency. The columns are those that are not empty, and always what was raised."""

    currency: Currency
    columns: tuple[Figure, ...]
    by_campaign: tuple[FigureRow, ...]
    by_month: tuple[FigureRow, ...]
    total: FigureRow

    @property
    def has_left(self) -> bool:
        """Whether fees make what is left another sum than what was raised."""
        return Figure.FEES in self.columns


def month_code(choice: EntryChoice) -> str | None:
    """The chosen month as in addresses and forms, such as 2026-11."""
    return None if choice.month is None else f"{choice.month:%Y-%m}"


def list_address(choice: EntryChoice) -> str:
    """The address of the list of these entries."""
    query = {
        "figure": choice.figure.value,
        "campaign": choice.campaign,
        "month": month_code(choice),
        "currency": choice.currency,
    }
    return f"{LIST_PATH}?{urlencode({name: value for name, value in query.items() if value is not None})}"


def sheets(sums: Sequence[MonthlySum]) -> list[Sheet]:
    """One sheet for each currency, most gifts first."""
    currencies = {monthly.amount.currency for monthly in sums}
    made = [_sheet([monthly for monthly in sums if monthly.amount.currency == of], of) for of in currencies]
    return sorted(made, key=lambda sheet: (-sheet.total.gifts, sheet.currency.code))


def _sheet(sums: Sequence[MonthlySum], of: Currency) -> Sheet:
    columns, all_of_it = _columns(sums), EntryChoice(currency=of.code)
    by_campaign: defaultdict[int, list[MonthlySum]] = defaultdict(list)
    by_month: defaultdict[date, list[MonthlySum]] = defaultdict(list)
    for monthly in sums:
        by_campaign[monthly.campaign].append(monthly)
        by_month[monthly.month].append(monthly)
    return Sheet(
        of,
        columns,
        tuple(
            _row(by_campaign[campaign], replace(all_of_it, campaign=campaign), columns, of)
            for campaign in sorted(by_campaign)
            if campaign != NO_CAMPAIGN or _is_something(by_campaign[campaign])
        ),
        tuple(
            _row(by_month[month], replace(all_of_it, month=month), columns, of)
            for month in sorted(by_month, reverse=True)
        ),
        _row(sums, all_of_it, columns, of),
    )


def _is_something(sums: Sequence[MonthlySum]) -> bool:
    """Whether there is a gift, or an account has moved by more than what was taken back again."""
    moved: defaultdict[Account, int] = defaultdict(int)
    for monthly in sums:
        moved[monthly.account] += monthly.amount.minor
    return any(moved.values()) or sum(monthly.gifts for monthly in sums) != 0


def _columns(sums: Sequence[MonthlySum]) -> tuple[Figure, ...]:
    moved = {monthly.account for monthly in sums}
    given_back, fees = (bool(moved & set(figure.accounts)) for figure in (Figure.GIVEN_BACK, Figure.FEES))
    shown = {
        Figure.GIVEN: given_back,  # equal to what was raised when nothing was given back
        Figure.GIVEN_BACK: given_back,
        Figure.RAISED: True,
        Figure.FEES: fees,
    }
    return tuple(figure for figure in Figure if shown.get(figure))


def _row(sums: Sequence[MonthlySum], choice: EntryChoice, columns: Sequence[Figure], of: Currency) -> FigureRow:
    cells = tuple(Cell(_total(sums, figure, of), list_address(replace(choice, figure=figure))) for figure in columns)
    left = _total(sums, Figure.RAISED, of) + _total(sums, Figure.FEES, of)  # fees are negative
    return FigureRow(choice.campaign, choice.month, sum(monthly.gifts for monthly in sums), cells, left)


def _total(sums: Sequence[MonthlySum], figure: Figure, of: Currency) -> Money:
    return Money(sum(monthly.amount.minor for monthly in sums if monthly.account in figure.accounts), of)
