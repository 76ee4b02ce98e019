"""What the gate asks for a whole batch: nothing where there are no rules, else a bounded number of questions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking
from organisation.store import add_version
from payments.books.bookkeeper import Bookkeeper
from tests.compliance.test_gate import GATE, PARTY
from tests.payments.organisation_books import NOON, Books
from tests.payments.sample_happenings import apply_happenings
from tests.payments.test_statement_counts import MANY, MOST, SOME, gifts, lines, statements_of

# Above what the books ask themselves: regimes and versions, rules, units, the gifts, their shares and what is left of
# them, families and merges, the donors' gifts of the year in as many, checks. Where one is flagged, two more.
ASKED_OF_THE_REGULATED = 20


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """SQLite alone: its driver can trace statements."""
    opened = open_database(sqlite_url, durable=False)
    yield opened
    opened.dispose()


def watched(books: Books, *, amount: int) -> Books:
    """Books whose bookkeeper looks at gifts, with pledges of many donors."""
    for n in range(1, SOME + MANY + 3):
        books.pledge(n, amount=amount)
    return Books(books.engine, Bookkeeper(books.bookkeeper.rules, GATE.look_after_booking))


def test_an_organisation_under_no_rules_is_asked_nothing(books: Books) -> None:
    """The very statements of a bookkeeper who looks at nothing."""
    unregulated = watched(books, amount=2500)
    apply_happenings(unregulated, *gifts(range(1, 2)))
    assert len(statements_of(unregulated, gifts(range(2, 2 + MANY)))) <= MOST["gifts"]


@pytest.mark.parametrize("amount", [2500, 60_000])
def test_a_regulated_batch_of_many_asks_no_more_than_one_of_some(books: Books, amount: int) -> None:
    """Also where every gift of it needs a check; and lines that settle gifts ask nothing."""
    with booking(books.engine) as conn:
        add_version(conn, PARTY, "settings", NOON - timedelta(days=300))
    regulated = watched(books, amount=amount)
    stories: Any = gifts
    apply_happenings(regulated, *stories(range(1, 2)))
    some = statements_of(regulated, stories(range(2, 2 + SOME)))
    many = statements_of(regulated, stories(range(2 + SOME, 2 + SOME + MANY)))
    assert len(many) <= len(some) + 2, many
    assert len(many) <= MOST["gifts"] + ASKED_OF_THE_REGULATED, len(many)
    apply_happenings(regulated, *lines(range(1, 2)))
    settled = statements_of(regulated, lines(range(2, 2 + SOME)))
    assert len(settled) == len(statements_of(books, lines(range(2 + SOME, 2 + 2 * SOME))))
