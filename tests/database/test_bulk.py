"""Many rows at once mean the same on both engines, and nothing is bent on the way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.bulk import add_to_rows, change_rows, insert_rows
from database.columns import BookDate, Bytes, Code, Count, Flag, Instant, Json, Minor
from database.questions import among, look_up
from database.tables import table
from database.transactions import reading, writing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TWICE = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))
AWKWARD = [
    "", "{}", "a,b", 'say "x"', "it's", "back\\slash", "\\u0000", "NULL", "Zoë 🎈", "%s :name ?", "line\nline",
    "1e3", "007", "true", "".join(map(chr, range(1, 32))) + "\x7f\u2028\ufffe", "x" * 100_000,
]  # fmt: skip


def _goods(name: str, *more: sa.Column[Any]) -> sa.Table:
    made = table(
        name,
        sa.Column("name", Code, primary_key=True),
        sa.Column("shelf", Count, primary_key=True, autoincrement=False),
        sa.Column("minor", Minor),
        sa.Column("pieces", Count),
        sa.Column("at", Instant),
        sa.Column("day", BookDate),
        sa.Column("sold", Flag),
        sa.Column("more", Json),
        *more,
    )
    alone = made.to_metadata(sa.MetaData())
    made.metadata.remove(made)  # the house's own list of tables stays as it was
    return alone


goods = _goods("goods")
parcels = _goods("parcels", sa.Column("raw", Bytes))  # rows with bytes travel another way on SQLite


@pytest.fixture
def shop(blank: Engine) -> Iterator[Engine]:
    """A database with goods and parcels."""
    for one in (goods, parcels):
        one.create(blank)
    yield blank
    for one in (goods, parcels):
        one.drop(blank)


@pytest.mark.parametrize("where", [goods, parcels], ids=str)
def test_many_rows_come_back_as_they_went_in(shop: Engine, where: sa.Table) -> None:
    """Of every type, with gaps, and with every letter that a text of texts could trip over."""
    rows = [_piece(where, name, n) for n, name in enumerate(AWKWARD)] + [_piece(where, "full", 99, full=True)]
    with writing(shop) as conn:
        insert_rows(conn, where, rows)

    assert _all(shop, where) == rows


def test_no_rows_are_no_statement(shop: Engine) -> None:
    """A batch may have nothing of a kind."""
    with writing(shop) as conn:
        insert_rows(conn, goods, [])
        add_to_rows(conn, goods, [], ["minor"])
        change_rows(conn, goods, [])

    assert _all(shop) == []


def test_one_bad_row_takes_the_whole_batch_back(shop: Engine) -> None:
    """A key that is there already fails the statement, and the transaction with it."""
    rows = [_piece(goods, "a", 1), _piece(goods, "b", 2), _piece(goods, "a", 1)]
    with pytest.raises(sa.exc.IntegrityError), writing(shop) as conn:
        insert_rows(conn, goods, rows)

    assert _all(shop) == []


@pytest.mark.parametrize("where", [goods, parcels], ids=str)
@pytest.mark.parametrize(
    ("column", "bent"),
    [
        ("minor", 10.5),
        ("minor", 10.0),
        ("minor", True),
        ("minor", "10"),
        ("at", datetime(2026, 11, 21, 12)),  # noqa: DTZ001 (that is the point)
        ("day", NOON),
    ],
)
def test_what_would_be_bent_on_the_way_is_refused(shop: Engine, where: sa.Table, column: str, bent: object) -> None:
    """Each engine reads JSON in its own way; so the values are looked at before."""
    rows = [_piece(where, "a", 1, full=True), _piece(where, "b", 2, full=True, **{column: bent})]
    with pytest.raises((TypeError, ValueError, sa.exc.StatementError)), writing(shop) as conn:
        insert_rows(conn, where, rows)

    assert _all(shop, where) == []


def test_text_is_not_cut_off_at_a_nul(shop: Engine) -> None:
    """SQLite would keep `gift:1` of a key that goes on after the NUL."""
    with pytest.raises(ValueError, match="NUL"), writing(shop) as conn:
        insert_rows(conn, goods, [_piece(goods, "gift:1\x00:2", 1)])


@pytest.mark.parametrize(
    "local", [TWICE, TWICE.replace(fold=1), TWICE.astimezone(timezone(timedelta(hours=-12)))], ids=str
)
def test_the_hour_that_the_clocks_show_twice_is_two_hours(shop: Engine, local: datetime) -> None:
    """Instants that Python calls equal may be an hour apart."""
    with writing(shop) as conn:
        insert_rows(conn, goods, [_piece(goods, "a", 1, at=TWICE), _piece(goods, "b", 2, at=local)])

    assert [row["at"] for row in _all(shop)] == [TWICE.astimezone(UTC), local.astimezone(UTC)]


def test_rows_that_differ_in_their_columns_are_refused(shop: Engine) -> None:
    """What a row lacks is not filled up in silence, nor is dropped what it has too much."""
    lacking = {name: value for name, value in _piece(goods, "b", 2).items() if name != "minor"}

    for rows in ([_piece(goods, "a", 1), lacking], [lacking, _piece(goods, "a", 1)]):
        with pytest.raises(ValueError, match="differ"), writing(shop) as conn:
            insert_rows(conn, goods, rows)


def test_adding_makes_the_row_or_adds_to_it(shop: Engine) -> None:
    """What is not named keeps its first value."""
    first = [_piece(goods, "b", 2, minor=5, pieces=1), _piece(goods, "a", 1, minor=7)]
    then = [_piece(goods, "c", 3, minor=1), _piece(goods, "b", 2, minor=-3, pieces=4, day=date(2000, 1, 1))]
    with writing(shop) as conn:
        add_to_rows(conn, goods, first, ["minor", "pieces"])
        add_to_rows(conn, goods, then, ["minor", "pieces"])

    assert [(row["name"], row["minor"], row["pieces"], row["day"]) for row in _all(shop)] == [
        ("a", 7, 1, None),
        ("b", 2, 5, None),
        ("c", 1, 1, None),
    ]


def test_changing_sets_what_is_named_in_the_rows_that_are_named(shop: Engine) -> None:
    """And nothing else, anywhere else; a row that is not there is not made."""
    with writing(shop) as conn:
        insert_rows(conn, goods, [_piece(goods, name, n, full=True) for n, name in enumerate("abc")])
        change_rows(
            conn,
            goods,
            [
                {"name": "a", "shelf": 0, "minor": 1, "at": None, "day": date(2000, 1, 1), "sold": False},
                {"name": "b", "shelf": 1, "minor": 2, "at": NOON, "day": None, "sold": True},
                {"name": "a", "shelf": 9, "minor": 3, "at": NOON, "day": None, "sold": True},
            ],
        )

    columns = ("name", "minor", "at", "day", "sold", "pieces")
    assert [tuple(row[name] for name in columns) for row in _all(shop)] == [
        ("a", 1, None, date(2000, 1, 1), False, 1),
        ("b", 2, NOON, None, True, 1),
        ("c", 2**62, NOON, NOON.date(), True, 1),
    ]


@pytest.mark.parametrize("many", [1, 30_000])
def test_what_is_listed_is_found(shop: Engine, many: int) -> None:
    """However many are asked for: SQLite takes 32,766 parameters and PostgreSQL 65,535; these use one."""
    listed = [f"{name} {n}" for n in range(many) for name in ("it's", '"x"', "Zoë\\")]
    there = [*listed[-3:], "other"]
    with writing(shop) as conn:
        insert_rows(conn, goods, [_piece(goods, name, n) for n, name in enumerate(there)])

    with reading(shop) as conn:
        among_them = conn.scalars(sa.select(goods.c.name).where(among(conn, goods.c.name, listed))).all()
        looked_up = [row[0] for row in look_up(conn, (goods.c.name,), goods.c.name, listed)]

    assert sorted(among_them) == sorted(looked_up) == sorted(listed[-3:])


@pytest.mark.parametrize("where", [goods, parcels], ids=str)
def test_what_is_looked_up_comes_back_as_it_went_in(shop: Engine, where: sa.Table) -> None:
    """Of every type, and with gaps."""
    rows = [_piece(where, "empty", 0), _piece(where, "full", 1, full=True)]
    with writing(shop) as conn:
        insert_rows(conn, where, rows)

    with reading(shop) as conn:
        found = look_up(conn, [where.c[name] for name in rows[0]], where.c.name, ["full", "empty"])

        assert sorted(map(tuple, found), key=str) == sorted((tuple(row.values()) for row in rows), key=str)


def test_among_none_is_none(shop: Engine) -> None:
    """An empty list finds nothing, and is no error."""
    with writing(shop) as conn:
        insert_rows(conn, goods, [_piece(goods, "a", 1)])

    with reading(shop) as conn:
        assert conn.scalars(sa.select(goods.c.name).where(among(conn, goods.c.name, []))).all() == []
        assert list(look_up(conn, (goods.c.name,), goods.c.name, [])) == []


def _piece(where: sa.Table, name: str, shelf: int, *, full: bool = False, **given: Any) -> dict[str, Any]:
    rest: dict[str, Any] = {
        "minor": 2**62, "at": NOON, "day": NOON.date(), "sold": True, "more": {"a": [1, "é", "\x00"]},
        "raw": b"\x00\xff",
    }  # fmt: skip
    whole = {"name": name, "shelf": shelf, "pieces": 1} | (rest if full else dict.fromkeys(rest)) | given
    return {column: value for column, value in whole.items() if column in where.c}


def _all(engine: Engine, where: sa.Table = goods) -> list[dict[str, Any]]:
    with reading(engine) as conn:
        found = conn.execute(sa.select(where).order_by(where.c.shelf)).mappings()
        return [{name: row[name] for name in _piece(where, "", 0)} for row in found]
