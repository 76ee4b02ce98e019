"""Put many rows in, add to them or change them: one statement for all.

On SQLite the rows are the VALUES of one statement, so the interpreter's lock is let go once a batch instead of
once a row. On PostgreSQL they travel as one JSON text that the server takes apart: one parameter, without
psycopg's quoting of arrays. docs/decisions/0002 has the figures.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.columns import BookDate, Bytes, Count, Flag, Instant, Json, NotAWholeNumber
from database.driver import execute
from database.postgresql import recordset_clause, recordset_parameters
from database.sqlite import values_clause, values_rows

Row = Mapping[str, Any]


def insert_rows(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns."""
    _write(connection, table, rows, _insert, "")


def add_to_rows(connection: Connection, table: sa.Table, rows: Sequence[Row], adding: Sequence[str]) -> None:
    """Insert rows, or add the columns of `adding` to the row that has the same primary key.

    Rows are sorted by key first, so that two processes lock them in one order.
    """
    keys = [column.name for column in table.primary_key]
    ordered = sorted(rows, key=lambda row: [row[key] for key in keys])
    sums = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in adding)
    put_rows(connection, table, ordered, f"DO UPDATE SET {sums}")


def put_rows(
    connection: Connection, table: sa.Table, rows: Sequence[Row], otherwise: str, key: str | None = None
) -> None:
    """Insert rows; `otherwise` says in SQL what becomes of the row whose key is there already.

    The key is the table's primary key, or the unique column that is named.

    In one statement, so that nobody can come between the look and the leap.
    """
    keys = key or ", ".join(column.name for column in table.primary_key)
    _write(connection, table, rows, _insert, f" ON CONFLICT ({keys}) {otherwise}")


def change_rows(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Set columns of rows that are there: each names its primary key, and what the others are to hold."""
    _write(connection, table, rows, _update, "")


Phrase = Callable[[sa.Table, tuple[str, ...], str, str], str]
ColumnValues = Mapping[str, tuple[Any, ...]]  # of each column, one a row: looked at and written a column at a time
LARGEST_STATEMENT = 64  # rows; each number of rows up to it is a statement of its own, prepared once


def _write(connection: Connection, table: sa.Table, rows: Sequence[Row], phrase: Phrase, ending: str) -> None:
    if not rows:
        return
    columns = tuple(rows[0])
    if any(tuple(row) != columns for row in rows):
        raise ValueError(f"the rows for {table.name} differ in their columns")
    values = dict(zip(columns, zip(*[row.values() for row in rows], strict=True), strict=True))
    _refuse_bent(table, values)
    if connection.dialect.name == "sqlite":
        _write_values(connection, table, values, phrase, ending)
    else:
        _write_recordset(connection, table, rows, values, phrase, ending)


def _write_values(connection: Connection, table: sa.Table, values: ColumnValues, phrase: Phrase, ending: str) -> None:
    """SQLite: the rows are the statement's VALUES."""
    columns, rows = tuple(values), values_rows(table, values)
    for start in range(0, len(rows), LARGEST_STATEMENT):
        part = rows[start : start + LARGEST_STATEMENT]
        parameters = list(chain.from_iterable(part))
        execute(connection, _values_statement(table, columns, len(part), phrase, ending), parameters)


def _write_recordset(
    connection: Connection, table: sa.Table, rows: Sequence[Row], values: ColumnValues, phrase: Phrase, ending: str
) -> None:
    """PostgreSQL: the rows are one parameter."""
    parameters = recordset_parameters(table, rows, values)
    execute(connection, _recordset_statement(table, tuple(values), phrase, ending), parameters)


@cache
def _values_statement(table: sa.Table, columns: tuple[str, ...], count: int, phrase: Phrase, ending: str) -> str:
    return phrase(table, columns, values_clause(len(columns), count), ending)


@cache
def _recordset_statement(table: sa.Table, columns: tuple[str, ...], phrase: Phrase, ending: str) -> str:
    return phrase(table, columns, recordset_clause(table, columns), ending)


def _insert(table: sa.Table, columns: tuple[str, ...], rows: str, ending: str) -> str:
    return f"INSERT INTO {table.name} ({', '.join(columns)}) {rows}{ending}"


def _update(table: sa.Table, columns: tuple[str, ...], rows: str, _ending: str) -> str:
    keys = [column.name for column in table.primary_key]
    new = ", ".join(f"{name} = given.{name}" for name in columns if name not in keys)
    same = " AND ".join(f"{table.name}.{name} = given.{name}" for name in keys)
    given = f"WITH given ({', '.join(columns)}) AS ({rows})"
    return f"{given} UPDATE {table.name} SET {new} FROM given WHERE {same}"  # noqa: S608 - our own names


def _refuse_bent(table: sa.Table, values: ColumnValues) -> None:
    """Refuse what the databases would bend, each in its own way.

    True is a 1 to SQLite, which cuts text off at a NUL; an instant in a column of days loses its time on PostgreSQL.
    """
    for name, kinds in _kinds(table, tuple(values)):
        types = set(map(type, values[name]))
        if odd := types - kinds:
            refused = NotAWholeNumber if int in kinds else ValueError
            raise refused(f"{table.name}.{name} takes {_type_names(kinds)}, not {_type_names(odd)}")
        if datetime in types and any(value.tzinfo is None for value in values[name] if value is not None):
            raise ValueError(f"{table.name}.{name} takes an instant, not a time of nobody knows where")
        if str in types and "\x00" in "".join(filter(None, values[name])):
            raise ValueError(f"{table.name}.{name} holds a NUL character, which text cannot")


def _type_names(kinds: Iterable[type]) -> str:
    return " or ".join(sorted(kind.__name__ for kind in kinds if kind is not type(None)))


@cache
def _kinds(table: sa.Table, columns: tuple[str, ...]) -> list[tuple[str, frozenset[type]]]:
    """What each column takes; a document may be anything that JSON can say."""
    of = [(name, table.c[name].type) for name in columns]
    return [(name, frozenset((_python_type(kind), type(None)))) for name, kind in of if not isinstance(kind, Json)]


def _python_type(kind: sa.types.TypeEngine[Any]) -> type:
    kinds = ((Flag, bool), (Count, int), (Instant, datetime), (BookDate, date), (Bytes, bytes))
    return next((python for column, python in kinds if isinstance(kind, column)), str)
