"""A batch is a few statements, however large it is: counted on SQLite, whose driver can trace them."""

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
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import (
    add_recurring_gift,
    apply_happenings,
    charged,
    dispute_moved,
    line,
    refunded,
)

SOME, MANY = 4, 32


def statements_of(books: Books, happenings: Sequence[Happening]) -> list[str]:
    """The statements of one batch. What triggers do is the same statement over again, and comments."""
    statements: list[str] = []
    with booking(books.engine) as conn:
        raw: Any = conn.connection.driver_connection
        raw.set_trace_callback(statements.append)
        books.bookkeeper.apply(conn, [Notice(happening, "evt_test") for happening in happenings], NOON)
        raw.set_trace_callback(None)
    return [statement for statement, _ in groupby(line for line in statements if not line.startswith("--"))]


def gifts(numbers: range) -> list[Happening]:
    """Charges that carry our metadata."""
    return [charged(str(n), gift=gift_id(n)) for n in numbers]


def mixed(numbers: range) -> list[Happening]:
    """What Stripe reports of a gift: the charge, its session, and that the balance moved."""
    sessions = [CheckoutReported(f"cs_{n}", gift_id(n), f"pi_{n}", None) for n in numbers]
    return [*gifts(numbers), *sessions, BalanceChanged(), BalanceChanged()]


def lines(numbers: range) -> list[Happening]:
    """The lines that settle them."""
    return [line(str(n), Category.PAYMENT, 2500, n=str(n), fee=58, marked=True) for n in numbers]


def foreign(numbers: range) -> list[Happening]:
    """Lines that are not ours."""
    return [line(f"f{n}", Category.PAYMENT, 2500, n=f"f{n}") for n in numbers]


def withdrawn(numbers: range) -> list[Happening]:
    """A refund and a dispute of each, which wait."""
    return [
        happening for n in numbers for happening in (refunded(f"w{n}", f"w{n}", 1), dispute_moved(f"w{n}", f"w{n}", -1))
    ]


def renewed(numbers: range) -> list[Happening]:
    """Instalments of one recurring gift."""
    recurring = "5f1c9f3e-0000-4000-8000-000000000001"
    return [
        happening
        for n in numbers
        for happening in (
            charged(f"r{n}"), InvoicePaid(f"in_{n}", f"pi_r{n}"), InvoiceReported(f"in_{n}", recurring, first=False),
        )
    ]  # fmt: skip


STORIES = [gifts, mixed, lines, foreign, withdrawn, renewed]
MOST = {"gifts": 18, "mixed": 22, "lines": 9, "foreign": 10, "withdrawn": 7, "renewed": 36}


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """SQLite alone."""
    opened = open_database(sqlite_url, durable=False)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_batch_of_many_asks_no_more_than_a_batch_of_some(books: Books, story: Any) -> None:
    """And of each kind no more than this: one more statement would cost every gift."""
    for n in range(1, SOME + MANY + 3):
        books.pledge(n)
    add_recurring_gift(books)
    apply_happenings(books, *story(range(1, 2)))  # what the first of all asks for once: a row for the day, for the year
    some = statements_of(books, story(range(2, 2 + SOME)))
    many = statements_of(books, story(range(2 + SOME, 2 + SOME + MANY)))
    assert len(many) <= len(some) + 2, many  # PDFs by twenties, and rows by sixty-fours
    assert len(many) <= MOST[story.__name__], many


def test_what_is_known_already_asks_only_whether_it_is(books: Books) -> None:
    """A walk's overlap costs next to nothing: charges and lines, and at once with the charges what belongs to them.

    And whether anybody wants to be told of events.
    """
    for n in range(1, MANY + 1):
        books.pledge(n)
    happenings = [*gifts(range(1, MANY + 1)), *lines(range(1, MANY + 1))]
    apply_happenings(books, *happenings)
    assert len(statements_of(books, happenings)) == 5


def test_nothing_but_a_moved_balance_asks_for_one_job(books: Books) -> None:
    """A batch of charge.updated alone."""
    assert len(statements_of(books, [BalanceChanged()] * MANY)) == 1
