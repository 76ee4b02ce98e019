"""The days that a page of the books is about: a month, a quarter, a year, or from one day to another. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from ledger.periods import month_before, month_of

# Days that an address may say: what is before or after them is a slip of the keyboard.
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


class NotASpan(ValueError):
    """The days of an address that mean nothing."""


@dataclass(frozen=True, slots=True)
class BookSpan:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """In words: "November 2026", "October to December 2026", "2026", else its two days."""
        whole_months = self.first.day == 1 and _month_end(self.last) == self.last
        if whole_months and self.first.year == self.last.year:
            if month_of(self.last) == self.first:
                return f"{self.first:%B %Y}"
            if (self.first.month, self.last.month) == (1, 12):
                return f"{self.first:%Y}"
            return f"{self.first:%B} to {self.last:%B %Y}"
        return f"{_day_words(self.first)} to {_day_words(self.last)}"

    @property
    def query(self) -> dict[str, str]:
        """As an address says it, also the address of a list."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    @property
    def day_before(self) -> date:
        """The last day of what is before."""
        return self.first - timedelta(days=1)

    def address(self, path: str, **words: str) -> str:
        """The address of a page of these days."""
        return f"{path}?{urlencode({**words, **self.query})}"


@dataclass(frozen=True, slots=True)
class OfferedSpan:
    """A period that a page leads to by one link."""

    label: str
    span: BookSpan


def read_span(query: Mapping[str, str], today: date) -> BookSpan:
    """The days of an address; this month where it says none, and up to today where it says no end. Raises NotASpan."""
    if month := query.get("month", ""):
        first = _day(f"{month}-01")
        return BookSpan(first, _month_end(first))
    if not (query.get("from") or query.get("to")):
        return BookSpan(month_of(today), _month_end(today))
    last = _day(query["to"]) if query.get("to") else None
    first = _day(query["from"]) if query.get("from") else month_of(last or today)
    last = last or max(today, first)
    if first > last:
        raise NotASpan("from is after to")
    return BookSpan(first, last)


def asked_day(text: str, today: date) -> date:
    """The day that an address says; today where it says none. Raises NotASpan."""
    return _day(text) if text else today


def offered_spans(today: date) -> list[OfferedSpan]:
    """What is mostly asked for: this month and the last, this quarter and the last, this year and the last."""
    month = month_of(today)
    last_month = month_before(month)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last_quarter = _months_back(quarter, 3)
    return [
        OfferedSpan("This month", BookSpan(month, _month_end(month))),
        OfferedSpan("Last month", BookSpan(last_month, _month_end(last_month))),
        OfferedSpan("This quarter", _quarter(quarter)),
        OfferedSpan("Last quarter", _quarter(last_quarter)),
        OfferedSpan("This year", _year(today.year)),
        OfferedSpan("Last year", _year(today.year - 1)),
    ]


def _quarter(first: date) -> BookSpan:
    return BookSpan(first, _month_end(date(first.year, first.month + 2, 1)))


def _year(year: int) -> BookSpan:
    return BookSpan(date(year, 1, 1), date(year, 12, 31))


def _months_back(month: date, count: int) -> date:
    for _ in range(count):
        month = month_before(month)
    return month


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotASpan(text) from None
    if len(text) != len("2026-11-21") or not EARLIEST <= day <= LATEST:
        raise NotASpan(text)
    return day
