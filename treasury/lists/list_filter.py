"""A filter of a list: read from the query of an address, written as one, and turned into a choice of rows. Pure."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from decimal import Decimal
from urllib.parse import urlencode

from database.lists import ListChoice
from ledger.money import CURRENCIES
from web.typed import compact
from web.typed_day import typed_day

LONGEST_TEXT = 200
CAMPAIGN, CURRENCY, SOURCE, DONOR = "campaign", "currency", "source", "donor"
# What an address may say of fields whose options are not the same for everybody.
_FREE = {
    CAMPAIGN: re.compile(r"[0-9]{1,9}"),
    CURRENCY: re.compile(r"[A-Z]{3}"),
    SOURCE: re.compile(r"[\w.-]{1,40}"),
    DONOR: re.compile(r"[0-9a-f-]{36}"),
}
_FREE_WORDS = {
    CAMPAIGN: "the number of a campaign",
    CURRENCY: "a currency of three capital letters, such as GBP",
    DONOR: "the id in the address of a donor's page",
    SOURCE: "the code of a link, such as leaflet-7",
}
_A_DAY = "a day such as 2026-11-21 or 21 November 2026"
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_AMOUNT = re.compile(
    r"(?:[£€$¥]\s*|([A-Z]{3})\s)?(-?(?:[0-9]{1,12}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,3})?)"
)


class NotAFilter(ValueError):
    """A part of an address that means nothing here: its `name` in the query, and what it `takes`, in words."""

    def __init__(self, name: str, takes: str) -> None:
        super().__init__(f"“{name}” takes {takes}.")
        self.name, self.takes = name, takes


@dataclass(frozen=True, slots=True)
class ListField:
    """A choice that a list offers besides text and days.

    `options` are the words of the address and what the page calls them, the first one being chosen where an address
    says nothing. Those of campaigns and currencies are known only when the page is made.
    """

    name: str
    label: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def default(self) -> str:
        """What is chosen where an address says nothing."""
        return next(iter(self.options), "")

    def allows(self, word: str) -> bool:
        """Whether an address may say this."""
        if self.name in _FREE:
            return not word or _FREE[self.name].fullmatch(word) is not None
        return word in self.options

    @property
    def takes(self) -> str:
        """What an address may say, in words."""
        return _FREE_WORDS.get(self.name) or f"one of: {', '.join(filter(None, self.options))}"


@dataclass(frozen=True, slots=True)
class ListSort:
    """How a list is sorted: by which of its sorts, and in which direction."""

    name: str
    descending: bool = True

    @property
    def code(self) -> str:
        """As an address writes it: `-amount` from the largest on."""
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What somebody wants to see of a list. `words` are the chosen options by the field's name.

    `beside` is the row that the page begins after, or ends before if it goes `backwards`.
    """

    sort: ListSort
    find: str = ""
    first_day: date | None = None
    last_day: date | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    beside: str | None = None
    backwards: bool = False

    def choice(self, zone: tzinfo, today: date | None = None) -> ListChoice:
        """The rows that are meant; its days are days in this time zone."""
        return ListChoice(self.find, typed_amount(self.find), self.first_day, self.last_day, zone, self.words, today)

    @property
    def whole(self) -> "ListFilter":
        """The same rows from the first on."""
        return replace(self, beside=None, backwards=False)


@dataclass(frozen=True, slots=True)
class FilterForm:
    """What the addresses of one list may say: its fields, its sorts, and how it is sorted without a word."""

    fields: Sequence[ListField]
    sorts: Sequence[str]
    sort: ListSort

    def read(self, query: Mapping[str, str]) -> ListFilter:
        """The filter of an address. What a form sends empty was not chosen. Raises NotAFilter."""
        words = {field.name: _word(field, query) for field in self.fields}
        after, before = query.get("after", ""), query.get("before", "")
        if (after and before) or not all(_ID.fullmatch(row) for row in (after, before) if row):
            raise NotAFilter("before" if before else "after", "the id of one row, and goes without the other")
        first, last = _days(query)
        text = compact(query.get("find", ""))
        if len(text) > LONGEST_TEXT:
            raise NotAFilter("find", f"a text of at most {LONGEST_TEXT} characters")
        return ListFilter(
            self._sort(query.get("sort", "")), text, first, last, words, after or before or None, bool(before)
        )

    def is_narrowed(self, chosen: ListFilter) -> bool:
        """Whether anything but a text was chosen."""
        words = any(chosen.words.get(field.name, "") != field.default for field in self.fields)
        return words or chosen.first_day is not None or chosen.last_day is not None

    def address(self, path: str, chosen: ListFilter) -> str:
        """The address that says this; what goes without saying is left out."""
        defaults = {field.name: field.default for field in self.fields}
        query = {
            "find": chosen.find,
            "from": str(chosen.first_day or ""),
            "to": str(chosen.last_day or ""),
            **{name: word for name, word in chosen.words.items() if word != defaults.get(name)},
            "sort": "" if chosen.sort == self.sort else chosen.sort.code,
            "before" if chosen.backwards else "after": chosen.beside or "",
        }
        filled = {name: word for name, word in query.items() if word}
        return f"{path}?{urlencode(filled)}" if filled else path

    def _sort(self, code: str) -> ListSort:
        sort = ListSort(code.removeprefix("-"), code.startswith("-")) if code else self.sort
        if sort.name not in self.sorts:
            raise NotAFilter("sort", f"one of: {', '.join(self.sorts)}; with a minus before it the other way around")
        return sort


def typed_amount(text: str) -> Decimal | None:
    """The amount that a text says, such as "25.00", "£25" or "1,250"; None for other text."""
    match = _AMOUNT.fullmatch(text)
    if match is None or (match[1] and match[1] not in CURRENCIES):
        return None
    return Decimal(match[2].replace(",", ""))


def _word(field: ListField, query: Mapping[str, str]) -> str:
    word = query.get(field.name, "") or field.default
    if not field.allows(word):
        raise NotAFilter(field.name, field.takes)
    return word


def _days(query: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The first and the last day; `month=2026-11` is all of November."""
    if month := query.get("month", ""):
        first = _iso_day(f"{month}-01")
        if first is None:
            raise NotAFilter("month", "a month such as 2026-11")
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    return _day("from", query), _day("to", query)


def _day(name: str, query: Mapping[str, str]) -> date | None:
    text = query.get(name, "")
    day = typed_day(compact(text))
    if text and day is None:
        raise NotAFilter(name, _A_DAY)
    return day


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None
