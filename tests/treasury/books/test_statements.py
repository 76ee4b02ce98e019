"""An account's statement, page by page and as files: its balances go on from line to line, page to page."""

import csv
import re
from io import StringIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.engine import open_database
from tests.clock import FixedClock
from tests.proof.books import open_desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.books.simulated_books import post_simulated
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"
STRIPE = "/desk/books/accounts/stripe?currency=GBP&from=2026-09-10&to=2026-11-30"
BALANCE = re.compile(r'data-label="Balance">(\N{MINUS SIGN}?)£([0-9,.]+)<')
NEXT, PREVIOUS = (re.compile(f'href="([^"]+)" rel="{word}"') for word in ("next", "prev"))


@pytest.fixture
def treasurer(sqlite_url: str, clock: FixedClock) -> TestClient:
    """Ada, signed in, at the real routes over simulated books."""
    engine, site, app = open_database(sqlite_url, durable=False), pages("test", BASE_URL), FastAPI()
    open_desk(engine)
    post_simulated(engine)
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, engine, clock())
    return client


def balances(html: str) -> list[str]:
    """The balances of a page's lines, as a spreadsheet has them."""
    return ["-" * len(sign) + figures.replace(",", "") for sign, figures in BALANCE.findall(html)]


def test_balances_go_on_from_page_to_page_and_are_the_files(treasurer: TestClient) -> None:
    """Forwards and backwards; the file begins with the opening and ends with the closing of the general ledger."""
    page, forwards = treasurer.get(STRIPE).text, list[str]()
    forwards += balances(page)
    while onward := NEXT.search(page):
        page = treasurer.get(onward[1].replace("&amp;", "&")).text
        forwards += balances(page)
    back = list[str]()
    while before := PREVIOUS.search(page):
        page = treasurer.get(before[1].replace("&amp;", "&")).text
        back = balances(page) + back
    rows = list(csv.DictReader(StringIO(treasurer.get(STRIPE.replace("?", ".csv?")).content.decode("utf-8-sig"))))

    assert len(forwards) > 60
    assert forwards[: len(back)] == back
    assert [row["Balance"] for row in rows[1:-1]] == forwards
    assert (rows[0]["What"], rows[-1]["What"], rows[-1]["Balance"]) == (
        "Opening balance",
        "Closing balance",
        forwards[-1],
    )
    ledger = treasurer.get("/desk/books/accounts?from=2026-09-10&to=2026-11-30").text
    assert f"£{abs(float(forwards[-1])):,.2f}" in ledger
    assert treasurer.get(STRIPE.replace("?", ".xlsx?")).content[:2] == b"PK"


BY_HAND = {
    "accounts/suspense?currency=USD": 200,  # an account that never moved
    "accounts/clearing?currency=XXX": 404,
    "accounts/nothing?currency=GBP": 400,
    "accounts?from=2026-11-30&to=2026-11-01": 400,
    "accounts?month=2026-02": 200,
    "trial-balance?day=2026-02-30": 400,
    "trial-balance?day=2026-02-28": 200,
    "trial-balance": 200,
}


def test_an_address_by_hand_is_answered(treasurer: TestClient) -> None:
    """A slip of the keyboard is refused; a period without entries is empty."""
    assert {path: treasurer.get(f"/desk/books/{path}").status_code for path in BY_HAND} == BY_HAND
