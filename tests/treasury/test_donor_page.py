"""A donor's page: all of it in one place, the newest few of each kind, read with a bounded number of questions."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from database.engine import open_database
from database.transactions import reading, writing
from donors.merge_store import merge_donors
from payments.gifts.store import gift as gift_by_id
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk, open_desk
from tests.proof.settled_books import NOON, refund, settle_gift
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"


@pytest.fixture
def engine(sqlite_url: str) -> Engine:
    """One engine: the sums are asked of both elsewhere."""
    return open_database(sqlite_url, durable=False)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Empty books."""
    return open_desk(engine)


@pytest.fixture
def treasurer(engine: Engine, clock: FixedClock) -> TestClient:
    """Ada, signed in, at the real routes."""
    site, app = pages("test", BASE_URL), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, engine, clock())
    return client


def donor_of(engine: Engine, n: int) -> str:
    """The donor of this gift."""
    with reading(engine) as conn:
        gift = gift_by_id(conn, gift_id(n))
    assert gift is not None
    assert gift.donor_id is not None
    return gift.donor_id


def merge_all(engine: Engine, into: str, others: list[str]) -> None:
    """Read these donors as one person."""
    with writing(engine) as conn:
        for other in others:
            merge_donors(conn, other, into, "ada@example.org", NOON)


def questions(engine: Engine, treasurer: TestClient, path: str) -> tuple[str, int]:
    """A page, and how many questions it asked the database."""
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, *_: asked.append(sql))
    return treasurer.get(path).text, len(asked)


def test_the_newest_gifts_stand_there_and_all_are_a_click_away(
    desk: Desk, engine: Engine, treasurer: TestClient
) -> None:
    """With what was given, what went back and what is left; a donor who gave once needs as many questions."""
    for n in range(1, 14):
        settle_gift(desk, n, 1000, 20, days_ago=n)
    refund(desk, "re_1", 1, 400)
    once, (first, *others) = donor_of(engine, 13), [donor_of(engine, n) for n in range(1, 13)]
    merge_all(engine, first, others)
    page, asked = questions(engine, treasurer, f"/desk/donors/{first}")
    _, asked_once = questions(engine, treasurer, f"/desk/donors/{once}")

    assert all(words in page for words in ("£120.00", "\u2212£4.00", "£116.00", "All 12 gifts", "All 12 documents"))
    assert page.count("Read them apart again") == 11
    assert asked <= asked_once + 5 * 11  # what grows is looking up who was merged
    address = re.findall(r'href="(/desk/gifts\?[^"]+)">All 12 gifts', page)[0].replace("&amp;", "&")
    listed = treasurer.get(address).text
    assert all(words in listed for words in ("12 rows", "£120.00", "Of it given back", "£116.00"))
