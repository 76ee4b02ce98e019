"""Ask about many rows at once: one question for all, built once, and given to the driver itself.

Building and compiling a SELECT in SQLAlchemy costs several times what the database takes to answer it
(docs/performance.md), so the questions of the webhook's way are compiled once and kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from database.driver import fetch_rows
from database.postgresql import array_text, in_array
from database.sqlite import in_json_list, json_list

# Columns, the key that they are looked up by, and how their tables belong together: the same objects at each call.
Place = tuple[Any, ...]
# PostgreSQL is not told that many values are a text: it would take them apart anew for each row that it compares.
_LISTED: sa.types.TypeEngine[Any] = sa.types.NullType()


def among(connection: Connection, column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """The condition that a text column holds one of many values: one parameter however many there are."""
    dialect = connection.dialect.name
    return _in_listed(dialect, column, sa.literal(_listed(dialect, values), _LISTED))


def has_come(column: sa.ColumnElement[datetime], now: datetime, longest: timedelta) -> sa.ColumnElement[bool]:
    """The condition that the instant of a column has come: `database.instants.is_due`."""
    return sa.or_(column <= now, column > now + longest)


def look_up(
    connection: Connection,
    columns: Sequence[sa.ColumnElement[Any]],
    key: sa.Column[Any],
    values: Sequence[str],
    *joined: sa.ColumnElement[bool],
) -> list[tuple[Any, ...]]:
    """These columns of the rows whose text key is one of the values, in no order.

    The same question as with `among`, but built once and asked of the driver: building and compiling it
    anew costs several times what the database takes to answer. `columns` and `joined`, which says how the columns'
    tables belong together if there are two, must be the same objects at each call.
    """
    return look_up_all(connection, ((tuple(columns), key, *joined),), values)


def look_up_all(connection: Connection, places: tuple[Place, ...], values: Sequence[str]) -> list[tuple[Any, ...]]:
    """`look_up` in several places with one question; the rows are of the first one's types."""
    if not values:
        return []
    question = _look_up(connection.dialect, places)
    listed = _listed(connection.dialect.name, values)
    return question.read(fetch_rows(connection, question.sql, [listed] * len(question.names)))


def fetch(connection: Connection, statement: sa.Executable, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a constant statement with named parameters, which is compiled once."""
    question = _compiled(connection.dialect, statement)
    return question.read(fetch_rows(connection, question.sql, question.parameters(parameters)))


@dataclass(frozen=True, slots=True)
class _Question:
    """A compiled statement, its parameters' names, and how columns whose type the driver does not know are read."""

    sql: str
    names: Sequence[str]  # of the parameters, in their order
    reads: Mapping[int, Callable[[Any], Any]]

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters as the driver takes them."""
        return [values[name] for name in self.names]

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The rows with every value as its column's type has it."""
        return [self._read(row) for row in rows] if self.reads else rows

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for n, read in self.reads.items():
            values[n] = read(values[n])
        return tuple(values)


@cache
def _look_up(dialect: Dialect, places: tuple[Place, ...]) -> _Question:
    listed = sa.bindparam("listed", type_=_LISTED)
    chosen = [
        sa.select(*columns).where(_in_listed(dialect.name, key, listed), *joined) for columns, key, *joined in places
    ]
    return _compiled(dialect, sa.union_all(*chosen) if len(chosen) > 1 else chosen[0])


@cache
def _compiled(dialect: Dialect, statement: Any) -> _Question:
    compiled = statement.compile(dialect=_numbering(dialect))
    kinds = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.exported_columns]
    reads = {n: read for n, read in enumerate(kinds) if read is not None}
    return _Question(str(compiled), compiled.positiontup or (), reads)


def _numbering(dialect: Dialect) -> Dialect:
    """The dialect with parameters as the driver itself takes them: SQLite's as they are, PostgreSQL's $1, $2."""
    anew: Callable[..., Dialect] = type(dialect)
    return dialect if dialect.name == "sqlite" else anew(paramstyle="numeric_dollar")


def _in_listed(dialect: str, key: sa.ColumnElement[Any], listed: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return in_json_list(key, listed) if dialect == "sqlite" else in_array(key, listed)


def _listed(dialect: str, values: Sequence[str]) -> str:
    """Many texts as one parameter, as each database takes it."""
    return json_list(values) if dialect == "sqlite" else array_text(values)
