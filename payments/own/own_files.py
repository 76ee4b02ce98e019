"""Files that a donor keeps: the statement of a year, and everything that is kept of them."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from ledger.money import Currency, Money
from payments.gifts.gift import GiftState
from payments.own.own_data_views import OwnData
from payments.own.own_views import OwnGift
from web.spreadsheets import harmless

STATEMENT_COLUMNS = ("date", "campaigns", "amount", "paid_back", "currency", "regular", "receipt", "reference")


@dataclass(frozen=True, slots=True)
class YearStatement:
    """The gifts of a year that were received, the earliest first, and what they come to in each currency."""

    year: int
    gifts: Sequence[OwnGift]
    sums: Sequence[Money]


def statement_of(year: int, gifts: Iterable[OwnGift]) -> YearStatement:
    """The statement of a year: by the day of the books, less what was paid back."""
    received = [gift for gift in gifts if gift.state is GiftState.RECEIVED and gift.day and gift.day.year == year]
    ordered = sorted(received, key=lambda gift: (gift.day or gift.asked_at.date(), gift.id))
    sums: dict[Currency, Money] = {}
    for gift in ordered:
        of = gift.amount.currency
        sums[of] = sums.get(of, Money(0, of)) + gift.kept
    return YearStatement(year, ordered, [sums[of] for of in sorted(sums, key=lambda of: of.code)])


def years_of(gifts: Iterable[OwnGift]) -> list[int]:
    """The years that have a statement, the newest first."""
    return sorted({gift.day.year for gift in gifts if gift.day and gift.state is GiftState.RECEIVED}, reverse=True)


def statement_csv(statement: YearStatement) -> str:
    """A statement for a spreadsheet. Amounts are in units of the currency, such as 12.50."""
    rows = (
        (
            str(gift.day),
            ", ".join(gift.campaigns),
            str(gift.amount.decimal),
            str(gift.went_back.decimal),
            gift.amount.currency.code,
            "yes" if gift.is_instalment else "no",
            gift.receipt or "",
            gift.reference,
        )
        for gift in statement.gifts
    )
    return _csv(STATEMENT_COLUMNS, rows)


def data_json(data: OwnData) -> str:
    """Everything that is kept of a donor, as JSON."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def data_csv(data: OwnData) -> str:
    """Everything that is kept of a donor, as one long table: section, number of the row, field, value."""
    rows = (
        (section, str(n), name, str(value))
        for section, kept in data.items()
        for n, row in enumerate(kept, 1)
        for name, value in row.items()
    )
    return _csv(("section", "row", "field", "value"), rows)


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(map(harmless, row) for row in rows)
    return text.getvalue()
