"""Put many rows in, add to them, change them or look them up: one statement for all.

On SQLite the rows are the VALUES of one statement, so the interpreter's lock is let go once a batch instead of
once a row. On PostgreSQL they travel as one JSON text that the server takes apart: one parameter, without
psycopg's quoting of arrays. docs/decisions/0002 has the figures.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from database.columns import (
    BookDate,
    Bytes,
    Count,
    Flag,
    Instant,
    Json,
    NotAWholeNumber,
    canonical_json,
    instant_text,
)

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


def put_rows(connection: Connection, table: sa.Table, rows: Sequence[Row], otherwise: str) -> None:
    """Insert rows; `otherwise` says in SQL what becomes of the row whose primary key is there already.

    In one statement, so that nobody can come between the look and the leap.
    """
    keys = ", ".join(column.name for column in table.primary_key)
    _write(connection, table, rows, _insert, f" ON CONFLICT ({keys}) {otherwise}")


def change_rows(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Set columns of rows that are there: each names its primary key, and what the others are to hold."""
    _write(connection, table, rows, _update, "")


def among(connection: Connection, column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """The condition that a text column holds one of many values: one parameter however many there are."""
    given = sa.literal(json.dumps(list(values)), sa.Text)
    return _in_listed(connection.dialect.name, column, given)


def look_up(
    connection: Connection,
    columns: Sequence[sa.ColumnElement[Any]],
    key: sa.Column[Any],
    values: Sequence[str],
) -> list[tuple[Any, ...]]:
    """These columns of the rows whose text key is one of the values, in no order.

    The same question as with `among`, but built once and asked of the driver: building and compiling it
    anew costs several times what the database takes to answer. `columns` must be the same objects at each call.
    """
    question = _look_up(connection.dialect, tuple(columns), key)
    listed = json.dumps(values)
    parameters: Any = (listed,) if question.positional else {"listed": listed}
    rows = connection.exec_driver_sql(question.sql, parameters).all()
    if not question.reads:
        return [tuple(row) for row in rows]
    return [question.read(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Question:
    """A compiled look-up, and how columns whose type the driver does not know are read."""

    sql: str
    positional: bool
    reads: Mapping[int, Callable[[Any], Any]]

    def read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """The row with every value as its column's type has it."""
        values = list(row)
        for n, read in self.reads.items():
            values[n] = read(values[n])
        return tuple(values)


@cache
def _look_up(dialect: Dialect, columns: tuple[sa.ColumnElement[Any], ...], key: sa.Column[Any]) -> _Question:
    asked = sa.select(*columns).where(_in_listed(dialect.name, key, sa.bindparam("listed", type_=sa.Text)))
    compiled = asked.compile(dialect=dialect)
    reads = {n: column.type.dialect_impl(dialect).result_processor(dialect, None) for n, column in enumerate(columns)}
    return _Question(str(compiled), dialect.positional, {n: read for n, read in reads.items() if read is not None})


def _in_listed(dialect: str, key: sa.ColumnElement[Any], listed: sa.BindParameter[str]) -> sa.ColumnElement[bool]:
    if dialect == "sqlite":
        rows = sa.func.json_each(listed).table_valued(sa.column("value", sa.Text))
        return key.in_(sa.select(rows.c.value))
    values = sa.select(sa.func.json_array_elements_text(sa.cast(listed, sa.JSON)))
    return key == sa.func.any(sa.func.array(values.scalar_subquery()))


Phrase = Callable[[sa.Table, tuple[str, ...], str, str], str]
LARGEST_STATEMENT = 64  # rows; each number of rows up to it is a statement of its own, prepared once


def _write(connection: Connection, table: sa.Table, rows: Sequence[Row], phrase: Phrase, ending: str) -> None:
    if not rows:
        return
    columns = tuple(rows[0])
    _refuse_bent(table, rows)
    if connection.dialect.name == "sqlite":
        _write_values(connection, table, columns, rows, phrase, ending)
    else:
        _write_json(connection, table, columns, rows, phrase, ending)


def _write_values(
    connection: Connection,
    table: sa.Table,
    columns: tuple[str, ...],
    rows: Sequence[Row],
    phrase: Phrase,
    ending: str,
) -> None:
    """SQLite: the rows are the statement's VALUES."""
    writers = _writers(table, columns)
    for start in range(0, len(rows), LARGEST_STATEMENT):
        part = rows[start : start + LARGEST_STATEMENT]
        values = [row[name] if write is None else write(row[name]) for row in part for name, write in writers]
        if any(isinstance(value, str) and "\x00" in value for value in values):
            _refuse_nul(part)
        connection.exec_driver_sql(_values_statement(table, columns, len(part), phrase, ending), tuple(values))


def _write_json(
    connection: Connection,
    table: sa.Table,
    columns: tuple[str, ...],
    rows: Sequence[Row],
    phrase: Phrase,
    ending: str,
) -> None:
    """PostgreSQL: the rows are one parameter."""
    written = [name for name in columns if isinstance(table.c[name].type, Json)]
    if written:
        rows = [{**row, **{name: _as_text(row[name]) for name in written}} for row in rows]
    text = _encoder.encode(rows)
    if "\\u0000" in text:
        _refuse_nul(rows)
    connection.exec_driver_sql(_json_statement(table, columns, phrase, ending), (text,))


@cache
def _values_statement(table: sa.Table, columns: tuple[str, ...], count: int, phrase: Phrase, ending: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return phrase(table, columns, f"VALUES {', '.join([row] * count)}", ending)


@cache
def _json_statement(table: sa.Table, columns: tuple[str, ...], phrase: Phrase, ending: str) -> str:
    shape = ", ".join(f"{name} {_postgresql_type(table.c[name].type)}" for name in columns)
    values = ", ".join(_postgresql_value(name, table.c[name].type) for name in columns)
    rows = f"SELECT {values} FROM json_to_recordset(%s) AS rows ({shape})"  # noqa: S608 - our own names
    return phrase(table, columns, rows, ending)


def _insert(table: sa.Table, columns: tuple[str, ...], rows: str, ending: str) -> str:
    return f"INSERT INTO {table.name} ({', '.join(columns)}) {rows}{ending}"


def _update(table: sa.Table, columns: tuple[str, ...], rows: str, _ending: str) -> str:
    keys = [column.name for column in table.primary_key]
    new = ", ".join(f"{name} = given.{name}" for name in columns if name not in keys)
    same = " AND ".join(f"{table.name}.{name} = given.{name}" for name in keys)
    given = f"WITH given ({', '.join(columns)}) AS ({rows})"
    return f"{given} UPDATE {table.name} SET {new} FROM given WHERE {same}"  # noqa: S608 - our own names


@cache
def _writers(table: sa.Table, columns: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """How SQLite is given each column's values, where the driver does not know their type."""
    return [(name, _writer(table.c[name].type)) for name in columns]


def _writer(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    match kind:
        case Json():
            return _as_text
        case Instant() | BookDate():
            return _temporal
        case _:
            return None


def _temporal(value: date | None) -> str | None:
    return None if value is None else _plain(value)


def _as_text(value: object) -> str | None:
    return None if value is None else canonical_json(value)


def _refuse_bent(table: sa.Table, rows: Sequence[Row]) -> None:
    """Refuse what the databases would bend on its way out of JSON, each in its own way.

    Written as JSON, True is a 1 to SQLite, an instant in a column of days loses its time on PostgreSQL, and
    what a row lacks is NULL.
    """
    columns = tuple(rows[0])
    if {len(row) for row in rows} != {len(columns)}:
        raise ValueError(f"the rows for {table.name} differ in their columns")
    for name, kind in _kinds(table, columns):
        if odd := {type(row[name]) for row in rows} - {kind, type(None)}:
            refused = NotAWholeNumber if kind is int else ValueError
            raise refused(f"{table.name}.{name} takes a {kind.__name__}, not {odd}")


@cache
def _kinds(table: sa.Table, columns: tuple[str, ...]) -> list[tuple[str, type]]:
    """Which Python type each column of numbers, instants and days takes."""
    kinds = ((Count, int), (Instant, datetime), (BookDate, date), (Flag, bool))
    return [(name, kind) for name in columns for column, kind in kinds if isinstance(table.c[name].type, column)]


def _refuse_nul(rows: Sequence[Row]) -> None:
    """SQLite would cut the text off there; PostgreSQL refuses it."""
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str) and "\x00" in value:
                raise ValueError(f"{name} holds a NUL character, which text cannot")


def _plain(value: object) -> str:
    """Instants, days and bytes as the databases read them; anything else (a Decimal, say) is refused."""
    if isinstance(value, datetime):
        # Only UTC's instants are told apart by ==, which the cache goes by: others differ in `fold` alone.
        return _spelt(value) if value.tzinfo is UTC else instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{value!r} cannot be kept in a column")


_spelt = lru_cache(4096)(instant_text)  # one batch says the same instant many times
_encoder = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _postgresql_value(name: str, kind: sa.types.TypeEngine[Any]) -> str:
    if isinstance(kind, Bytes):
        return f"decode(rows.{name}, 'base64')"
    return f"rows.{name}::integer" if isinstance(kind, Flag) else f"rows.{name}"


def _postgresql_type(kind: sa.types.TypeEngine[Any]) -> str:
    match kind:
        case Flag():
            return "boolean"
        case Count():
            return "bigint"
        case Instant():
            return "timestamptz"
        case BookDate():
            return "date"
        case _:
            return "text"
