"""Column types: what goes in comes out, and what would be bent on the way is refused."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from database.columns import (
    BookDate,
    Bytes,
    Code,
    Count,
    Flag,
    Instant,
    Json,
    Minor,
    NotAWholeNumber,
    canonical_json,
)
from database.transactions import reading, writing

shelf = sa.Table(
    "shelf",
    sa.MetaData(),
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("minor", Minor),
    sa.Column("instant", Instant),
    sa.Column("day", BookDate),
    sa.Column("flag", Flag),
    sa.Column("code", Code),
    sa.Column("json", Json),
    sa.Column("raw", Bytes),
    sqlite_strict=True,
)
BST = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"), fold=0)


@pytest.fixture
def shelved(blank: Engine) -> Iterator[Engine]:
    """A database with a table that has a column of every type."""
    shelf.create(blank)
    yield blank
    shelf.drop(blank)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("minor", 0),
        ("minor", -(2**63)),
        ("minor", 2**63 - 1),
        ("instant", datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("instant", datetime(1970, 1, 1, tzinfo=UTC)),
        ("day", date(2024, 2, 29)),
        ("flag", True),
        ("flag", False),
        ("code", "Zoë 🎈 ' \" ; --"),
        ("json", {"a": [1, None, True, "é"], "b": {}}),
        ("raw", b"\x00\xff{}"),
        ("minor", None),
        ("instant", None),
        ("day", None),
        ("flag", None),
        ("json", None),
    ],
)
def test_a_value_comes_back_as_it_went_in(shelved: Engine, column: str, value: object) -> None:
    """The same value of the same type, on both engines."""
    found = _keep(shelved, **{column: value})

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("column", ["id", "minor"])
@pytest.mark.parametrize("bent", [10.5, 10.0, Decimal("10.5"), Decimal(10), True, "10"])
def test_what_is_not_a_whole_number_is_refused(shelved: Engine, column: str, bent: object) -> None:
    """Before the database sees it."""
    with pytest.raises(sa.exc.StatementError) as refused:
        _keep(shelved, **{column: bent})

    assert isinstance(refused.value.orig, NotAWholeNumber)


def test_postgresql_itself_would_round_an_amount(postgresql_house: Any) -> None:
    """Why our own type must refuse first."""
    postgresql_house.tell("CREATE TEMPORARY TABLE purse (minor bigint)")
    postgresql_house.tell("INSERT INTO purse VALUES (10.5::float), (11.5::float), (10.5)")

    assert postgresql_house.rows("purse") == [(10,), (11,), (12,)]


def test_a_strict_table_keeps_text_that_is_a_whole_number_as_a_number(sqlite_house: Any) -> None:
    """'10' becomes 10; nothing but whole numbers is ever in the column."""
    sqlite_house.tell("CREATE TABLE purse (minor INTEGER) STRICT")
    sqlite_house.tell("INSERT INTO purse VALUES ('10'), (10.0)")
    with pytest.raises(sqlite3.IntegrityError):
        sqlite_house.tell("INSERT INTO purse VALUES ('10.5')")

    assert sqlite_house.rows("purse") == [(10, int), (10, int)]


def test_an_instant_in_an_expression_needs_the_columns_type(shelved: Engine) -> None:
    """Else SQLite would keep it as another text, which sorts before every instant of its day."""
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with writing(shelved) as conn:
        conn.execute(sa.insert(shelf).values(id=1))
    if shelved.dialect.name == "sqlite":
        with writing(shelved) as conn, pytest.raises(sa.exc.StatementError, match="without a type"):
            conn.execute(sa.update(shelf).values(instant=sa.func.coalesce(shelf.c.instant, noon)))
    typed = sa.literal(noon, shelf.c.instant.type)
    with writing(shelved) as conn:
        conn.execute(sa.update(shelf).values(instant=sa.func.coalesce(shelf.c.instant, typed)))
    with reading(shelved) as conn:
        assert conn.scalar(sa.select(shelf.c.instant).where(shelf.c.instant >= noon)) == noon


def test_an_instant_without_a_zone_is_refused(shelved: Engine) -> None:
    """Nobody knows when that was."""
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        _keep(shelved, instant=datetime(2026, 11, 21, 12))  # noqa: DTZ001 (that is the point)


def test_an_instant_is_no_book_date(shelved: Engine) -> None:
    """A day is decided at posting, not by cutting an instant short."""
    with pytest.raises(sa.exc.StatementError, match="not an instant"):
        _keep(shelved, day=datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.mark.parametrize("local", [BST, BST.replace(fold=1), BST.astimezone(timezone(timedelta(hours=14)))])
def test_an_instant_of_any_zone_comes_back_as_the_same_instant_in_utc(shelved: Engine, local: datetime) -> None:
    """Also in the hour that the clocks show twice."""
    found = _keep(shelved, instant=local)

    assert (found, found.tzinfo) == (local.astimezone(UTC), UTC)


def test_instants_sort_as_time_passes(shelved: Engine) -> None:
    """Also where they are text: with and without microseconds, from different zones."""
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    times = [noon + timedelta(microseconds=n) for n in (-1_000_000, -1, 0, 1, 500_000, 1_000_000)]
    times.append((noon + timedelta(seconds=2)).astimezone(ZoneInfo("America/New_York")))
    with writing(shelved) as conn:
        conn.execute(sa.insert(shelf), [{"id": n, "instant": time} for n, time in enumerate(times)])

    with reading(shelved) as conn:
        by_time = conn.scalars(sa.select(shelf.c.id).order_by(shelf.c.instant)).all()
        later = conn.scalars(sa.select(shelf.c.id).where(shelf.c.instant > noon).order_by(shelf.c.id)).all()

    assert (by_time, later) == ([0, 1, 2, 3, 4, 5, 6], [3, 4, 5, 6])


def test_equal_json_is_equal_text() -> None:
    """Sorted, tight, and with letters as they are."""
    assert (
        canonical_json({"b": 1, "a": ["é", None]})
        == '{"a":["é",null],"b":1}'
        == canonical_json({"a": ["é", None], "b": 1})
    )


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), {1, 2}, b"bytes"])
def test_what_json_cannot_say_is_refused(bad: object) -> None:
    """Nothing is written that others could not read."""
    with pytest.raises((ValueError, TypeError)):
        canonical_json({"x": bad})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)  # a busy machine is no broken law
@given(JSON)
def test_canonical_json_is_stable(value: object) -> None:
    """Read back and written again it is the same text."""
    assert canonical_json(json.loads(canonical_json(value))) == canonical_json(value)


def _keep(engine: Engine, **given: object) -> Any:
    """Write one value and read it back."""
    (column,) = given
    with writing(engine) as conn:
        conn.execute(sa.insert(shelf).values({"id": 1} | given))
    with reading(engine) as conn:
        return conn.scalar(sa.select(shelf.c[column]))
