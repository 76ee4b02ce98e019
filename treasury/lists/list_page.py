"""What a page of a list shows: its cells as text, and the addresses of its headings, pages and files. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from database.lists import ListTotal
from ledger.money import Money, currency
from treasury.lists.csv_file import local_day
from treasury.lists.desk_list import CellValue, ColumnKind, DeskList, ListColumn, Shown
from treasury.lists.list_filter import FilterForm, ListField, ListFilter, ListSort
from web.wording import Wording

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class ListHeading:
    """A column's heading; of one that the list can be sorted by, the address that does it. `sorted` is ARIA's word."""

    text: str
    classes: str
    address: str | None
    sorted: str


@dataclass(frozen=True, slots=True)
class ListCell:
    """What stands in a cell. `classes` say how it is set, `day` is the same for machines.

    `label` is for a phone, which shows no headings: what the day is that stands there.
    """

    text: str
    classes: str
    address: str | None
    day: str | None
    label: str


@dataclass(frozen=True, slots=True)
class OfferedField:
    """A field of the filter with its options, and which is chosen."""

    field: ListField
    options: Mapping[str, str]
    chosen: str


@dataclass(frozen=True, slots=True)
class ShownList:
    """A page of a list. `count` and `totals` are of the whole list. `earlier` and `later` lead to the pages around it.

    The totals stand under the last column of money, between so many columns. `back` is what was taken off them again,
    and what is left.
    """

    headings: Sequence[ListHeading]
    rows: Sequence[Sequence[ListCell]]
    count: int
    totals: Sequence[str]
    back: Sequence[tuple[str, str]]
    first: str | None
    earlier: str | None
    later: str | None
    csv: str
    xlsx: str
    before_amount: int
    has_amount: bool
    after_amount: int


def list_page(
    desk_list: DeskList[Any], chosen: ListFilter, fetched: Sequence[Any], total: ListTotal, wording: Wording
) -> ShownList:
    """The page of the rows that were fetched: one more than it shows, which says whether the list goes on."""
    form, path = desk_list.form, desk_list.path
    goes_on = len(fetched) > PAGE_ROWS
    rows = fetched[-PAGE_ROWS:] if chosen.backwards else fetched[:PAGE_ROWS]
    has_earlier = goes_on if chosen.backwards else chosen.beside is not None
    has_later = chosen.backwards or goes_on
    columns = desk_list.columns_in(Shown.PAGE)
    before, has_amount, after = _around_amount([column.kind for column in columns])
    ids = [str(desk_list.row_id(row)) for row in rows]
    return ShownList(
        [_heading(column, chosen, form, path) for column in columns],
        [[_cell(column, row, wording) for column in columns] for row in rows],
        total.rows,
        [wording.money_exact(Money(minor, currency(code))) for code, minor in total.minor.items()],
        [_back(code, minor, total, wording) for code, minor in total.back.items()],
        form.address(path, chosen.whole) if has_earlier else None,
        _beside(form, path, chosen, ids[:1], backwards=True) if has_earlier else None,
        _beside(form, path, chosen, ids[-1:], backwards=False) if has_later else None,
        form.address(f"{path}.csv", chosen.whole),
        form.address(f"{path}.xlsx", chosen.whole),
        before,
        has_amount,
        after,
    )


def _back(code: str, minor: int, total: ListTotal, wording: Wording) -> tuple[str, str]:
    of, whole = currency(code), total.minor.get(code, 0)
    return wording.money_exact(Money(-minor, of)), wording.money_exact(Money(whole - minor, of))


def _around_amount(kinds: Sequence[ColumnKind]) -> tuple[int, bool, int]:
    if ColumnKind.MONEY not in kinds:
        return len(kinds), False, 0
    after = kinds[::-1].index(ColumnKind.MONEY)
    return len(kinds) - after - 1, True, after


def offered_fields(
    desk_list: DeskList[Any], chosen: ListFilter, known: Mapping[str, Mapping[str, str]]
) -> list[OfferedField]:
    """The fields of a list's filter; `known` are the options of those that are not the same everywhere.

    A field with one option is no choice, unless an address made it.
    """
    fields = []
    for field in desk_list.fields:
        options, word = known.get(field.name, field.options), chosen.words.get(field.name, "")
        if word not in options:
            options = {**options, word: word}
        if len(options) > 2 or (field.name not in known and len(options) > 1) or word != field.default:
            fields.append(OfferedField(field, options, word))
    return fields


def _beside(form: FilterForm, path: str, chosen: ListFilter, row: Sequence[str], *, backwards: bool) -> str | None:
    return form.address(path, replace(chosen, beside=row[0], backwards=backwards)) if row else None


def _heading(column: ListColumn[Any], chosen: ListFilter, form: FilterForm, path: str) -> ListHeading:
    if not column.sort:
        return ListHeading(column.heading, column.kind.css_class, None, "")
    is_chosen = chosen.sort.name == column.sort
    # Days and amounts are looked at from the newest and the largest on, names from A.
    turned = not chosen.sort.descending if is_chosen else column.kind is not ColumnKind.TEXT
    address = form.address(path, replace(chosen.whole, sort=ListSort(column.sort, turned)))
    direction = "descending" if chosen.sort.descending else "ascending"
    return ListHeading(column.heading, column.kind.css_class, address, direction if is_chosen else "")


def _cell(column: ListColumn[Any], row: Any, wording: Wording) -> ListCell:
    value = column.value(row)
    address = column.address(row) if column.address and value not in (None, "") else None
    day = local_day(value, wording.zone).isoformat() if isinstance(value, date) else None
    classes = " ".join(filter(None, (column.kind.css_class, "main" if column.is_main else "")))
    label = column.heading if day and column.heading != "Day" else ""
    return ListCell(_text(value, column.kind, wording), classes, address, day, label)


def _text(value: CellValue, kind: ColumnKind, wording: Wording) -> str:
    match value:
        case Money():
            return wording.money_exact(value)
        case datetime():
            return wording.instant(value) if kind is ColumnKind.INSTANT else wording.day(value)
        case date():
            return wording.day(value)
        case int():
            return wording.number(value)
        case _:
            return value or ""
