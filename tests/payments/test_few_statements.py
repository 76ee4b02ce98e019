"""A batch is a few statements, however much it tells: counted on SQLite, whose driver says what it is asked."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking
from payments.books.decide.notice import Notice
from payments.reading.happenings import (
    BalanceChanged,
    Category,
    CheckoutReported,
    Happening,
    InvoicePaid,
    InvoiceReported,
)
from tests.payments.facts import charged, line, moved, refunded, standing, tell
from tests.payments.house import NOON, Books, gift_id

SOME, MANY = 4, 32


def asked(books: Books, told: Sequence[Happening]) -> list[str]:
    """The statements of one batch. What triggers do is the same statement over again, and comments."""
    heard: list[str] = []
    with booking(books.engine) as conn:
        raw: Any = conn.connection.driver_connection
        raw.set_trace_callback(heard.append)
        books.bookkeeper.apply(conn, [Notice(one, "evt_test") for one in told], NOON)
        raw.set_trace_callback(None)
    return [statement for statement, _ in groupby(one for one in heard if not one.startswith("--"))]


def gifts(numbers: range) -> list[Happening]:
    """Charges that carry our metadata."""
    return [charged(str(n), gift=gift_id(n)) for n in numbers]


def mixed(numbers: range) -> list[Happening]:
    """What Stripe tells of a gift: the charge, its session, and that the balance moved."""
    sessions = [CheckoutReported(f"cs_{n}", gift_id(n), f"pi_{n}", None) for n in numbers]
    return [*gifts(numbers), *sessions, BalanceChanged(), BalanceChanged()]


def lines(numbers: range) -> list[Happening]:
    """What settles them."""
    return [line(str(n), Category.PAYMENT, 2500, n=str(n), fee=58, marked=True) for n in numbers]


def foreign(numbers: range) -> list[Happening]:
    """Somebody else's."""
    return [line(f"f{n}", Category.PAYMENT, 2500, n=f"f{n}") for n in numbers]


def withdrawn(numbers: range) -> list[Happening]:
    """A refund and a dispute of each, which wait."""
    return [one for n in numbers for one in (refunded(f"w{n}", f"w{n}", 1), moved(f"w{n}", f"w{n}", -1))]


def renewed(numbers: range) -> list[Happening]:
    """Instalments of one recurring gift."""
    recurring = "5f1c9f3e-0000-4000-8000-000000000001"
    return [
        one
        for n in numbers
        for one in (
            charged(f"r{n}"), InvoicePaid(f"in_{n}", f"pi_r{n}"), InvoiceReported(f"in_{n}", recurring, first=False),
        )
    ]  # fmt: skip


STORIES = [gifts, mixed, lines, foreign, withdrawn, renewed]
MOST = {"gifts": 17, "mixed": 21, "lines": 8, "foreign": 10, "withdrawn": 7, "renewed": 35}


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """SQLite alone."""
    opened = open_database(sqlite_url, durable=False)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_batch_of_many_asks_no_more_than_a_batch_of_some(books: Books, story: Any) -> None:
    """And of each kind no more than this: a statement more in the webhook's way is paid by every gift."""
    for n in range(1, SOME + MANY + 3):
        books.pledge(n)
    standing(books)
    tell(books, *story(range(1, 2)))  # what the first of all asks for once: a row for the day, for the year
    some = asked(books, story(range(2, 2 + SOME)))
    many = asked(books, story(range(2 + SOME, 2 + SOME + MANY)))
    assert len(many) <= len(some) + 2, many  # PDFs by twenties, and rows by sixty-fours
    assert len(many) <= MOST[story.__name__], many


def test_what_is_known_already_asks_only_whether_it_is(books: Books) -> None:
    """A walk's overlap costs next to nothing: charges and lines, and at once with the charges what belongs to them."""
    for n in range(1, MANY + 1):
        books.pledge(n)
    told = [*gifts(range(1, MANY + 1)), *lines(range(1, MANY + 1))]
    tell(books, *told)
    assert len(asked(books, told)) == 4


def test_nothing_but_a_moved_balance_asks_for_one_job(books: Books) -> None:
    """A batch of charge.updated alone."""
    assert len(asked(books, [BalanceChanged()] * MANY)) == 1
