"""Whoever has a statement, or a receipt for a period, learns what went back since it was issued, and nobody's name."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.transactions import booking, reading
from ledger.money import GBP, Money
from payments.statements.issuing import issue_statements
from payments.statements.views import StatementSpan, numbers_of_span, statement_gifts
from receipts.document_store import Void, document_by_number, void_document
from receipts.statement import StatementKind
from receipts.verify_routes import verify_routes
from tests.clock import FixedClock
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.stripe_objects import refund
from tests.payments.test_statements import ISSUER, YEAR
from tests.receipts.samples import PAGES
from web.errors import install_errors

PERIOD = StatementSpan(StatementKind.CONSOLIDATED, YEAR.first_day, YEAR.last_day)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: what is asked of the books is asked of both elsewhere."""
    return sqlite_url


@pytest.fixture
def visitor(books: Books) -> Iterator[TestClient]:
    """Somebody with a paper."""
    app = FastAPI()
    app.router.routes += verify_routes(books.engine, PAGES, lambda: b"a key").routes
    install_errors(app, PAGES)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def give(books: Books, *numbers: int) -> None:
    """Gifts of £25, all by Zoë Ünal."""
    for n in numbers:
        books.pledge(n, email="zoe@example.org")
        books.deliver(charged(str(n), gift=gift_id(n)))


def give_back(books: Books, n: int, minor: int) -> None:
    """So much of a gift goes back."""
    of = refund(id=f"re_{n}_{minor}", charge=f"ch_{n}", payment_intent=f"pi_{n}", amount=minor)
    books.deliver(delivery(event("refund.created", of, name=f"re_{n}_{minor}")))


def issue(books: Books, span: StatementSpan) -> str:
    """The only statement of a span; returns the address that its code leads to."""
    for _ in issue_statements(books.engine, span, ISSUER, FixedClock(NOON)):
        pass
    with reading(books.engine) as conn:
        [number] = numbers_of_span(conn, span)
        issued = document_by_number(conn, number)
    assert issued is not None
    return issued.document.verify_url.removeprefix("https://give.example")


def words_of(visitor: TestClient, path: str) -> str:
    """What the page says."""
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert not any(personal in answer.text for personal in ("Donor 1", "zoe@example.org"))
    return " ".join(answer.text.split())


@pytest.mark.parametrize("span", [YEAR, PERIOD])
def test_what_went_back_since_is_said(books: Books, visitor: TestClient, span: StatementSpan) -> None:
    """Not what the paper says itself; of two refunds the sum; and that all went back."""
    give(books, 1, 2)
    give_back(books, 1, 500)
    path = issue(books, span)
    assert "None of the money that it says we kept has gone back since." in words_of(visitor, path)

    give_back(books, 1, 700)
    give_back(books, 2, 300)
    assert "£10.00 of the money has gone back since." in words_of(visitor, path)

    give_back(books, 1, 1300)
    give_back(books, 2, 2200)
    assert "All of the money has gone back since." in words_of(visitor, path)


def test_a_statement_that_holds_no_longer_says_that_first(books: Books, visitor: TestClient) -> None:
    """Whatever went back."""
    give(books, 1)
    path = issue(books, YEAR)
    give_back(books, 1, 500)
    with booking(books.engine) as conn:
        void_document(conn, path.split("/")[2], Void("The name was wrong.", "ada", NOON))
    page = words_of(visitor, path)
    assert ("declared void" in page, "has gone back" in page) == (True, False)


def test_a_second_payment_of_one_gift_that_goes_back_leaves_its_statement_whole(
    books: Books, visitor: TestClient
) -> None:
    """The gift was paid once, as its receipt says: before the statement and after."""
    give(books, 1)
    path = issue(books, YEAR)
    books.deliver(charged("9", gift=gift_id(1)))
    give_back(books, 9, 2500)
    assert "None of the money that it says we kept" in words_of(visitor, path)
    with reading(books.engine) as conn:
        [listed] = statement_gifts(conn, YEAR, str(books.gift(1).donor_id))
    assert listed.went_back == Money(0, GBP)
