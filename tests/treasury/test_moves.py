"""A treasurer moves a gift to another campaign, and back."""

import re

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.transactions import reading
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

PATH = f"/desk/gifts/{gift_id(1)}/move"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Moves are guarded on both engines (tests/database)."""
    return sqlite_url


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer, and £25 for the libraries."""
    desk.give(1, 2500)
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def forms(page: str) -> list[dict[str, str]]:
    """The forms of the page that move something, as it fills them."""
    posting = re.findall(r'<form[^>]*method="post"(?: novalidate)?>(.*?)</form>', page, re.DOTALL)
    return [dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', form)) for form in posting if 'name="share"' in form]


def test_there_and_back(browser: TestClient, desk: Desk) -> None:
    """With a reason; sent twice it is one move; back is a press."""
    [form] = forms(browser.get(PATH).text)
    assert "Say why" in browser.post(PATH, data=form | {"to": "2", "why": ""}).text
    pages = [browser.post(PATH, data=form | {"to": "2", "why": "She meant the buses"}).text for _ in range(2)]
    assert (desk.books.raised(1), desk.books.raised(2)) == (0, 2500)
    assert "She meant the buses" in pages[1]
    back, _ = forms(pages[1])
    browser.post(PATH, data=back)
    assert (desk.books.raised(1), desk.books.raised(2)) == (2500, 0)
    with reading(desk.books.engine) as conn:
        acts = conn.execute(sa.select(act.c.after).where(act.c.what == "gift.move").order_by(act.c.at, act.c.id)).all()
    assert sorted(row.after["campaign"] for row in acts) == [1, 2]
