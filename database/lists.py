"""Ask for a list: its rows in an order, a page at a time, and what all of them add up to.

A page begins after a row, not after a number of rows: the thousandth page takes as long as the first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.columns import Count

ListedRow = TypeVar("ListedRow")
# So many rows of a list are asked for a common word, before all rows that have it are put into the list's order.
ASKED_ROWS = 2000


@dataclass(frozen=True, slots=True)
class ListChoice:
    """Which rows of a list: those that a text finds, of these days, and with these words in their fields.

    `amount` is the text where it says an amount, in pounds and not in pence. Both days are included; they are days in
    `zone`. `words` are by the field's name, such as `{"state": "received"}`. `today` is for lists that count days.
    """

    text: str = ""
    amount: Decimal | None = None
    first_day: date | None = None
    last_day: date | None = None
    zone: tzinfo = UTC
    words: Mapping[str, str] = field(default_factory=dict)
    today: date | None = None

    def number(self, name: str) -> int | None:
        """A field that holds a whole number; None where it is not chosen."""
        word = self.words.get(name, "")
        return int(word) if word else None


@dataclass(frozen=True, slots=True)
class ListWindow:
    """A part of a list: in which order, beside which row, how many rows.

    `beside` is the id of the row that the part begins after, or ends before if it goes `backwards`.
    """

    sort: str
    descending: bool
    limit: int
    beside: str | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class ListTotal:
    """How many rows a list has, and what they add up to in each currency, in minor units.

    `back` is what was taken off of that again afterwards, where anything was.
    """

    rows: int
    minor: Mapping[str, int] = field(default_factory=dict)
    back: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedOfRows:
    """A condition that many rows meet, as a row can be asked for it by itself, and the conditions besides it.

    The first of so many are met soon in the list's own order, when all of them would take long to put into an order.
    """

    condition: sa.ColumnElement[bool]
    besides: Sequence[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class ListedTable:
    """A list as the database sees it: the rows that were chosen, and what they may be sorted by.

    The columns of a sort are never NULL; `id` decides between equal rows. Rows of one currency add up by `minor`.
    `asked` is for a text that many rows hold: the part of the conditions that it is, to be asked of row after row.
    With `ids_first` the rows, which are wide and many, are put into their order by their ids before they are read.
    """

    columns: Sequence[sa.ColumnElement[Any]]
    source: sa.FromClause
    conditions: Sequence[sa.ColumnElement[bool]]
    id: sa.ColumnElement[Any]
    sorts: Mapping[str, Sequence[sa.ColumnElement[Any]]]
    currency: sa.ColumnElement[str] | None = None
    minor: sa.ColumnElement[int] | None = None
    asked: AskedOfRows | None = None
    ids_first: bool = False


@dataclass(frozen=True)
class ListQuestion(Generic[ListedRow]):
    """A list as a package answers for it: the table of a choice, and its rows as values.

    `read` is given the rows of one page, so that it may look up what belongs to all of them at once. `kept_total` is
    for a list whose total is kept; it returns None for a choice whose total is not. `back` gives what was taken off the
    rows' amounts again, by currency; it is told how many rows there are.
    """

    table: Callable[[Connection, ListChoice], ListedTable]
    read: Callable[[Connection, Sequence[sa.Row[Any]]], Sequence[ListedRow]]
    kept_total: Callable[[Connection, ListChoice], ListTotal | None] | None = None
    back: Callable[[Connection, ListChoice, int], Mapping[str, int]] | None = None


def list_rows(
    conn: Connection, question: ListQuestion[ListedRow], choice: ListChoice, window: ListWindow
) -> Sequence[ListedRow]:
    """The rows of a part of a list. A row that it should begin after and that is not there is left out of account."""
    return question.read(conn, _rows(conn, question.table(conn, choice), window))


def list_rows_and_total(
    conn: Connection, question: ListQuestion[ListedRow], choice: ListChoice, window: ListWindow
) -> tuple[Sequence[ListedRow], ListTotal]:
    """The rows of a part of a list, and what the whole of it adds up to. Its table is worked out once for both."""
    listed = question.table(conn, choice)
    return question.read(conn, _rows(conn, listed, window)), _whole_total(conn, question, choice, listed)


def _rows(conn: Connection, listed: ListedTable, window: ListWindow) -> Sequence[sa.Row[Any]]:
    order = (*listed.sorts[window.sort], listed.id)
    descending = window.descending != window.backwards
    place = _place(conn, listed, order, window.beside)
    begins = [_beyond(order, place, descending=descending)] if place else []

    def first(columns: Sequence[Any], *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        chosen = sa.select(*columns).select_from(listed.source).where(*conditions, *begins)
        return chosen.order_by(*_sorted(order, descending=descending)).limit(window.limit)

    def met_soon(asked: AskedOfRows) -> Sequence[sa.Row[Any]] | None:
        end = conn.execute(first(order, *asked.besides).offset(ASKED_ROWS).limit(1)).first()
        within = [_beyond(order, end, descending=not descending)] if end else []
        met = conn.execute(first(listed.columns, asked.condition, *asked.besides, *within)).all()
        return met if end is None or len(met) == window.limit else None

    rows = met_soon(listed.asked) if listed.asked else None
    if rows is None:
        conditions: Sequence[sa.ColumnElement[bool]] = listed.conditions
        if listed.asked or listed.ids_first:
            ids = _first_ids(listed, order, (*conditions, *begins), window.limit, descending=descending)
            conditions = [listed.id.in_(ids)]
        rows = conn.execute(first(listed.columns, *conditions)).all()
    return rows[::-1] if window.backwards else rows


def _first_ids(
    listed: ListedTable,
    order: Sequence[sa.ColumnElement[Any]],
    conditions: Sequence[sa.ColumnElement[bool]],
    limit: int,
    *,
    descending: bool,
) -> sa.Select[Any]:
    """The ids of the first rows in an order: only what puts rows into it is read of all of them.

    They are found before they are sorted. PostgreSQL would read the list in its order until it has met enough, which it
    takes to be soon: where all of them are old it asks a million rows.
    """
    keys = [column.label(f"key_{n}") for n, column in enumerate(order)]
    met = sa.select(*keys).select_from(listed.source).where(*conditions).cte("met")
    columns = list(met.prefix_with("MATERIALIZED", dialect="postgresql").c)
    return sa.select(columns[-1]).order_by(*_sorted(columns, descending=descending)).limit(limit)


def _sorted(order: Sequence[sa.ColumnElement[Any]], *, descending: bool) -> list[sa.ColumnElement[Any]]:
    return [column.desc() if descending else column.asc() for column in order]


def _beyond(order: Sequence[sa.ColumnElement[Any]], place: Sequence[Any], *, descending: bool) -> Any:
    """The condition that a row comes after a place in an order."""
    here = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(place, order, strict=True)))
    return sa.tuple_(*order) < here if descending else sa.tuple_(*order) > here


def list_total(conn: Connection, question: ListQuestion[Any], choice: ListChoice) -> ListTotal:
    """How many rows the whole list has, what they add up to, and what of it was taken off again."""
    return _whole_total(conn, question, choice, None)


def _whole_total(
    conn: Connection, question: ListQuestion[Any], choice: ListChoice, listed: ListedTable | None
) -> ListTotal:
    kept = question.kept_total(conn, choice) if question.kept_total else None
    total = _total(conn, listed or question.table(conn, choice)) if kept is None else kept
    return replace(total, back=question.back(conn, choice, total.rows)) if question.back else total


def _total(conn: Connection, listed: ListedTable) -> ListTotal:
    if listed.currency is None or listed.minor is None:
        count = sa.select(sa.func.count()).select_from(listed.source).where(*listed.conditions)
        return ListTotal(conn.scalar(count) or 0)
    return _sums(conn, listed, listed.currency, listed.minor)


def list_counts(
    conn: Connection, questions: Mapping[str, tuple[ListQuestion[Any], ListChoice]], most: int
) -> dict[str, int]:
    """How long several lists are, counted no further than `most` rows each, with one question."""
    counts = []
    for name, (question, choice) in questions.items():
        listed = question.table(conn, choice)
        rows_of_list: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(listed.source)
        first = rows_of_list.where(*listed.conditions).limit(most)
        counts.append(sa.select(sa.func.count()).select_from(first.subquery()).scalar_subquery().label(name))
    return dict(conn.execute(sa.select(*counts)).one()._mapping) if counts else {}


def contains(conn: Connection, text: str, *columns: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition that one of the columns holds this text, in whatever case.

    SQLite's own LIKE does not look at the case of A to Z; lower() around it takes twice as long.
    """
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    escape = "\\" if pattern != text else None
    if conn.dialect.name == "sqlite":
        return sa.or_(*(column.like(f"%{pattern}%", escape=escape) for column in columns))
    return sa.or_(*(column.ilike(f"%{pattern}%", escape=escape) for column in columns))


def on_days(column: sa.ColumnElement[date], choice: ListChoice) -> list[sa.ColumnElement[bool]]:
    """The conditions that a day is one of the chosen ones."""
    conditions = []
    if choice.first_day is not None:
        conditions.append(column >= choice.first_day)
    if choice.last_day is not None:
        conditions.append(column <= choice.last_day)
    return conditions


def within_days(column: sa.ColumnElement[datetime], choice: ListChoice) -> list[sa.ColumnElement[bool]]:
    """The conditions that an instant is on one of the chosen days."""
    conditions = []
    if choice.first_day is not None:
        conditions.append(column >= _begin_of(choice.first_day, choice.zone))
    if choice.last_day is not None and choice.last_day < date.max:
        conditions.append(column < _begin_of(choice.last_day + timedelta(days=1), choice.zone))
    return conditions


def _begin_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _place(
    conn: Connection, listed: ListedTable, order: Sequence[sa.ColumnElement[Any]], beside: str | None
) -> Sequence[Any] | None:
    """What the row with this id is sorted by. The address of a page holds the id alone, and nobody's name."""
    if beside is None:
        return None
    numbered = isinstance(listed.id.type, Count)
    if numbered and not (beside.isascii() and beside.isdigit() and len(beside) <= 18):
        return None
    row = conn.execute(
        sa.select(*order).select_from(listed.source).where(listed.id == (int(beside) if numbered else beside)).limit(1)
    ).first()
    return None if row is None else tuple(row)


def _sums(
    conn: Connection, listed: ListedTable, currency: sa.ColumnElement[str], minor: sa.ColumnElement[int]
) -> ListTotal:
    whole = sa.select().select_from(listed.source).where(*listed.conditions)
    # Of the many rows of a common word even the first takes time: any row of the list tells as well which it may be.
    some = sa.select().select_from(listed.source) if listed.asked else whole
    first = conn.scalar(some.add_columns(currency).limit(1))
    if first is None:
        return ListTotal(0)
    # Nearly every list is in one currency. SQLite groups a million rows in three times of what it takes to add them up.
    is_first = currency == first
    count, of_first, of_first_minor = conn.execute(
        whole.add_columns(
            sa.func.count(), sa.func.count(sa.case((is_first, 1))), sa.func.sum(sa.case((is_first, minor)))
        )
    ).one()
    if count == of_first:
        return ListTotal(count, {first: int(of_first_minor)} if count else {})
    sums = conn.execute(whole.add_columns(currency, sa.func.sum(minor)).group_by(currency).order_by(currency))
    return ListTotal(count, {code: int(total) for code, total in sums})
