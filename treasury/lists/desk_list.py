"""How a list of the desk is described, once: its page, its export, its place in the menu all follow from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, Flag, auto
from typing import Any, Generic

from sqlalchemy.engine import Connection

from database.lists import ListedRow, ListQuestion
from ledger.money import Money
from staff.permissions import Permission
from treasury.lists.list_filter import FilterForm, ListField, ListSort

CellValue = str | int | date | Money | None


class ColumnKind(Enum):
    """What stands in a column: how the page writes it, and whether a spreadsheet can calculate with it."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    DAY = "day"
    INSTANT = "instant"

    @property
    def css_class(self) -> str:
        """How it is set: numbers stand on the right, and on a phone the amount beside the main column."""
        return self.value if self in (ColumnKind.MONEY, ColumnKind.COUNT) else ""


class Shown(Flag):
    """Where a column stands: on the page, in the exported file."""

    PAGE = auto()
    FILE = auto()
    BOTH = PAGE | FILE


@dataclass(frozen=True, slots=True)
class ListColumn(Generic[ListedRow]):
    """A column of a list. `address` gives the page that a row's cell leads to; `sort` names its sort, if it has one.

    The main column says what the row is: on a phone it stands first, beside the amount.
    """

    heading: str
    value: Callable[[ListedRow], CellValue]
    kind: ColumnKind = ColumnKind.TEXT
    address: Callable[[ListedRow], str | None] | None = None
    sort: str = ""
    shown: Shown = Shown.BOTH
    is_main: bool = False


@dataclass(frozen=True)
class DeskList(Generic[ListedRow]):
    """A list of the desk: where it stands, who may read it, what it asks the database, and what it shows.

    `lead` is the sentence under the heading; `finds` says what the field for text finds; `empty` what is said of no
    rows at all. `row_id` is what a page begins after. `dated` is what the days of the filter are days of.
    `template` may show more above the rows, from the values that `above` gives.
    """

    path: str
    title: str
    lead: str
    finds: str
    empty: str
    question: ListQuestion[ListedRow]
    row_id: Callable[[ListedRow], str | int]
    columns: Sequence[ListColumn[ListedRow]]
    sorts: Sequence[str]
    sort: ListSort
    fields: Sequence[ListField] = field(default_factory=tuple)
    dated: str = "Days"
    permission: Permission = Permission.READ_MONEY
    template: str = "treasury/list.html"
    above: Callable[[Connection], Mapping[str, Any]] | None = None

    @property
    def form(self) -> FilterForm:
        """What its addresses may say."""
        return FilterForm(self.fields, self.sorts, self.sort)

    @property
    def name(self) -> str:
        """Its name in file names and in the log of acts, such as `gifts`."""
        return self.path.rpartition("/")[2]

    def columns_in(self, place: Shown) -> Sequence[ListColumn[Any]]:
        """The columns of the page, or of the file."""
        return [column for column in self.columns if place & column.shown]
