"""Column types for STRICT SQLite tables and PostgreSQL. They refuse values that a database would round.

SQLite's STRICT tables know only INTEGER, TEXT, BLOB, REAL and ANY, so SQLAlchemy's own Date, DateTime,
Boolean and JSON cannot be used; PostgreSQL silently rounds 10.5 into a bigint column, so whole numbers
are checked here, before either database sees them.
"""

import json
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

Code = sa.Text
Bytes = sa.LargeBinary


class NotAWholeNumber(TypeError):
    """A value for a column of whole numbers is not an int. PostgreSQL would round a float."""


class Count(TypeDecorator[int]):
    """A whole number: 64 bits on both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        """INTEGER on SQLite, where it also is the row id's type; BIGINT on PostgreSQL."""
        return sa.Integer() if dialect.name == "sqlite" else sa.BigInteger()

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Pass integers on; refuse floats, decimals and booleans."""
        if value is None or type(value) is int:
            return value
        raise NotAWholeNumber(f"{value!r} is not a whole number")


class Minor(Count):
    """An amount in its currency's minor unit (pence, cents, yen)."""

    cache_ok = True


class Flag(TypeDecorator[bool]):
    """Yes or no, kept as 1 or 0 (`database.tables.table` adds the CHECK)."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        """True as 1, False as 0."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        """1 as True, 0 as False."""
        return None if value is None else bool(value)


def instant_text(instant: datetime) -> str:
    """An instant as UTC text of a fixed length; raises ValueError for one without a time zone."""
    if instant.tzinfo is not UTC:
        if instant.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        instant = instant.astimezone(UTC)
    return instant.isoformat(timespec="microseconds")


class Instant(TypeDecorator[datetime]):
    """An aware instant: ISO text in UTC on SQLite (sorts as time does), timestamptz on PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TEXT or TIMESTAMP WITH TIME ZONE."""
        return sa.Text() if dialect.name == "sqlite" else sa.TIMESTAMP(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive times; write UTC with microseconds, so that every text has the same length."""
        if value is None:
            return None
        text = instant_text(value)
        return text if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read back as an aware instant in UTC."""
        if value is None:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant.astimezone(UTC)


class BookDate(TypeDecorator[date]):
    """A calendar day in the organisation's time zone: YYYY-MM-DD text on SQLite, date on PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TEXT or DATE."""
        return sa.Text() if dialect.name == "sqlite" else sa.Date()

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Refuse instants: a day is decided once, at posting, never by cutting a time short."""
        if value is None:
            return None
        if isinstance(value, datetime):
            raise ValueError("a book date is a day, not an instant")
        return value.isoformat() if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Read back as a date."""
        return date.fromisoformat(value) if isinstance(value, str) else value


class Json(TypeDecorator[object]):
    """A value as canonical JSON text, so that equal values are equal bytes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Sorted keys, no spaces, letters as they are."""
        return json_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> object:
        """The value again."""
        return None if value is None else json.loads(value)


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, so that equal values are equal text."""
    return _encoder.encode(value)


def json_text(value: object) -> str | None:
    """A value as a Json column keeps it: canonical JSON, or None."""
    return None if value is None else canonical_json(value)
