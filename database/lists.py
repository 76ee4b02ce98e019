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


@dataclass(frozen=True)
class ListedTable:
    """A list as the database sees it: the rows that were chosen, and what they may be sorted by.

    The columns of a sort are never NULL; `id` decides between equal rows. Rows of one currency add up by `minor`.
    """

    columns: Sequence[sa.ColumnElement[Any]]
    source: sa.FromClause
    conditions: Sequence[sa.ColumnElement[bool]]
    id: sa.ColumnElement[Any]
    sorts: Mapping[str, Sequence[sa.ColumnElement[Any]]]
    currency: sa.ColumnElement[str] | None = None
    minor: sa.ColumnElement[int] | None = None


@dataclass(frozen=True)
class ListQuestion(Generic[ListedRow]):
    """A list as a package answers for it: the table of a choice, and its rows as values.

    `read` is given the rows of one page, so that it may look up what belongs to all of them at once. `kept_total` is
    for a list whose total is kept; it returns None for a choice whose total is not. `back` gives what was taken off the
    rows' amounts again, by currency.
    """

    table: Callable[[Connection, ListChoice], ListedTable]
    read: Callable[[Connection, Sequence[sa.Row[Any]]], Sequence[ListedRow]]
    kept_total: Callable[[Connection, ListChoice], ListTotal | None] | None = None
    back: Callable[[Connection, ListChoice], Mapping[str, int]] | None = None


def list_rows(
    conn: Connection, question: ListQuestion[ListedRow], choice: ListChoice, window: ListWindow
) -> Sequence[ListedRow]:
    """The rows of a part of a list. A row that it should begin after and that is not there is left out of account."""
    listed = question.table(conn, choice)
    order = (*listed.sorts[window.sort], listed.id)
    descending = window.descending != window.backwards
    query = sa.select(*listed.columns).select_from(listed.source).where(*listed.conditions)
    if place := _place(conn, listed, order, window.beside):
        here = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(place, order, strict=True)))
        query = query.where(sa.tuple_(*order) < here if descending else sa.tuple_(*order) > here)
    sorted_by = [column.desc() if descending else column.asc() for column in order]
    rows: Sequence[sa.Row[Any]] = conn.execute(query.order_by(*sorted_by).limit(window.limit)).all()
    return question.read(conn, rows[::-1] if window.backwards else rows)


def list_total(conn: Connection, question: ListQuestion[Any], choice: ListChoice) -> ListTotal:
    """How many rows the whole list has, what they add up to, and what of it was taken off again."""
    total = _total(conn, question, choice)
    return replace(total, back=question.back(conn, choice)) if question.back else total


def _total(conn: Connection, question: ListQuestion[Any], choice: ListChoice) -> ListTotal:
    kept = question.kept_total(conn, choice) if question.kept_total else None
    if kept is not None:
        return kept
    listed = question.table(conn, choice)
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
    first = conn.scalar(whole.add_columns(currency).limit(1))
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
        return ListTotal(count, {first: int(of_first_minor)})
    sums = conn.execute(whole.add_columns(currency, sa.func.sum(minor)).group_by(currency).order_by(currency))
    return ListTotal(count, {code: int(total) for code, total in sums})
