"""Documents about several gifts of one donor: the statement of a year, and the receipt of a period. Values only."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledger.money import Currency, Money, currency
from receipts.document import FrozenDocument, Series, frozen_fields


class StatementKind(StrEnum):
    """What a document about several gifts is for.

    A statement lists the gifts of a year. A consolidated receipt confirms the gifts of any period in one document.
    """

    YEARLY = "yearly"
    CONSOLIDATED = "consolidated"


class BadGiftStatement(ValueError):
    """A statement without gifts, of no days, or with a gift of another day."""


@dataclass(frozen=True, slots=True)
class StatementGift:
    """One gift as a statement lists it: its day, what it was for, its receipt, what came and what went back since."""

    given_on: date
    campaigns: str
    receipt_number: str
    method: str
    amount: Money
    went_back: Money

    @property
    def kept(self) -> Money:
        """What the organisation kept of it."""
        return self.amount - self.went_back


@dataclass(frozen=True, slots=True)
class StatementTotal:
    """What the gifts of one currency come to."""

    gifts: int
    amount: Money
    went_back: Money

    @property
    def kept(self) -> Money:
        """What the organisation kept of them."""
        return self.amount - self.went_back


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftStatement(FrozenDocument):
    """The gifts of one donor from `first_day` to `last_day`, both included, the earliest first.

    Raises BadGiftStatement.
    """

    kind: StatementKind
    first_day: date
    last_day: date
    gifts: tuple[StatementGift, ...]
    replaces: str = ""

    def __post_init__(self) -> None:
        if not self.gifts:
            raise BadGiftStatement("a statement needs at least one gift")
        days = [gift.given_on for gift in self.gifts]
        if not self.first_day <= min(days) <= max(days) <= self.last_day or days != sorted(days):
            raise BadGiftStatement("the gifts of a statement are of its days, the earliest first")

    @property
    def series(self) -> Series:
        """Whose numbers it has."""
        return Series.STATEMENT if self.kind is StatementKind.YEARLY else Series.CONSOLIDATED

    @property
    def totals(self) -> Sequence[StatementTotal]:
        """What the gifts come to, for each currency, in the order of their codes."""
        return statement_totals(self.gifts)

    @classmethod
    def from_json(cls, text: str) -> "GiftStatement":
        """The statement of a snapshot."""
        snapshot = json.loads(text)
        gifts = tuple(
            StatementGift(
                date.fromisoformat(gift["given_on"]),
                gift["campaigns"],
                gift["receipt_number"],
                gift["method"],
                *(Money(minor, currency(code)) for code, minor in (gift["amount"], gift["went_back"])),
            )
            for gift in snapshot["gifts"]
        )
        return cls(
            kind=StatementKind(snapshot["kind"]),
            first_day=date.fromisoformat(snapshot["first_day"]),
            last_day=date.fromisoformat(snapshot["last_day"]),
            gifts=gifts,
            replaces=snapshot.get("replaces", ""),
            **frozen_fields(snapshot),
        )


def statement_totals(gifts: Iterable[StatementGift]) -> Sequence[StatementTotal]:
    """What these gifts come to, for each currency, in the order of their codes.

    A page of a long statement asks the same of its own lines and of all before it: its carried totals.
    """
    sums: dict[Currency, StatementTotal] = {}
    for gift in gifts:
        of = gift.amount.currency
        before = sums.get(of, StatementTotal(0, Money(0, of), Money(0, of)))
        sums[of] = StatementTotal(before.gifts + 1, before.amount + gift.amount, before.went_back + gift.went_back)
    return [sums[of] for of in sorted(sums, key=lambda of: of.code)]


def year_from(first: date) -> tuple[date, date]:
    """The first and the last day of the year that begins on this day: 6 April 2026 to 5 April 2027.

    Raises ValueError for 29 February, which most years do not have.
    """
    if (first.month, first.day) == (2, 29):
        raise ValueError("a year cannot begin on 29 February: choose 28 February or 1 March")
    return first, first.replace(year=first.year + 1) - timedelta(days=1)
