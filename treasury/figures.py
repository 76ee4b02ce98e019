"""What the desk shows: figures by campaign and by month, each with the choice of entries that it adds up from.

Pure: the books' sums go in, sheets of figures come out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from ledger.accounts import FIGURE_ACCOUNTS, Account, Figure
from ledger.money import Currency, Money

LIST_PATH = "/desk/gifts"


SHOWN = tuple({account for accounts in FIGURE_ACCOUNTS.values() for account in accounts})


@dataclass(frozen=True, slots=True)
class Sum:
    """What one account moved for one campaign in one month: credits less debits, and the gifts among them.

    A gift that is shared between campaigns counts once for each.
    """

    account: Account
    campaign: int
    month: date
    amount: Money
    gifts: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries are meant: of a figure, and of one campaign, month or currency if these are named."""

    figure: Figure = Figure.RAISED
    campaign: int | None = None
    month: date | None = None
    currency: str | None = None

    @property
    def month_code(self) -> str | None:
        """The month as addresses and forms write it: 2026-11."""
        return None if self.month is None else f"{self.month:%Y-%m}"

    @property
    def first_day_after(self) -> date | None:
        """The day on which the next month begins."""
        if self.month is None:
            return None
        years, month = divmod(self.month.month, 12)
        return date(self.month.year + years, month + 1, 1)

    def address(self, before: int | None = None) -> str:
        """The list of these entries, newest first, or the part of it below one entry."""
        asked = {
            "figure": self.figure.value,
            "campaign": self.campaign,
            "month": self.month_code,
            "currency": self.currency,
            "before": before,
        }
        return f"{LIST_PATH}?{urlencode({name: value for name, value in asked.items() if value is not None})}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, and the address of the list behind it."""

    amount: Money
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign's or one month's figures; or, with neither, those of all."""

    campaign: int | None
    month: date | None
    gifts: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything in one currency. The columns are those that hold anything, and always what was raised."""

    currency: Currency
    columns: tuple[Figure, ...]
    by_campaign: tuple[Line, ...]
    by_month: tuple[Line, ...]
    whole: Line


def sheets(sums: Sequence[Sum]) -> list[Sheet]:
    """One sheet for each currency that moved, most gifts first."""
    currencies = {one.amount.currency for one in sums}
    made = [_sheet([one for one in sums if one.amount.currency == of], of) for of in currencies]
    return sorted(made, key=lambda sheet: (-sheet.whole.gifts, sheet.currency.code))


def _sheet(sums: Sequence[Sum], of: Currency) -> Sheet:
    columns, base = _columns(sums), Choice(currency=of.code)
    campaigns = sorted({one.campaign for one in sums})
    months = sorted({one.month for one in sums}, reverse=True)
    return Sheet(
        of,
        columns,
        tuple(_line(sums, replace(base, campaign=campaign), columns, of) for campaign in campaigns),
        tuple(_line(sums, replace(base, month=month), columns, of) for month in months),
        _line(sums, base, columns, of),
    )


def _columns(sums: Sequence[Sum]) -> tuple[Figure, ...]:
    moved = {one.account for one in sums}
    given_back, fees = (bool(moved & set(figure.accounts)) for figure in (Figure.GIVEN_BACK, Figure.FEES))
    shown = {
        Figure.GIVEN: given_back,  # without anything given back it says the same as raised
        Figure.GIVEN_BACK: given_back,
        Figure.RAISED: True,
        Figure.FEES: fees,
    }
    return tuple(figure for figure in Figure if shown[figure])


def _line(sums: Iterable[Sum], choice: Choice, columns: Sequence[Figure], of: Currency) -> Line:
    chosen = [one for one in sums if choice.campaign in (None, one.campaign) and choice.month in (None, one.month)]
    cells = tuple(Cell(_added(chosen, figure, of), replace(choice, figure=figure).address()) for figure in columns)
    return Line(choice.campaign, choice.month, sum(one.gifts for one in chosen), cells)


def _added(sums: Iterable[Sum], figure: Figure, of: Currency) -> Money:
    amounts = (one.amount for one in sums if one.account in figure.accounts)
    return sum(amounts, start=Money(0, of))
