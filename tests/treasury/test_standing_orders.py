"""A standing order: a reference with a check letter, what is expected of it, and what came."""

import re
from datetime import date
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import GBP, Money
from payments.gifts.recurring import Interval
from payments.standing_orders.order import (
    LETTERS,
    StandingOrder,
    due_for,
    expected_gifts,
    is_reference,
    make_reference,
    references_in,
)
from staff.role import Role
from tests.clock import FixedClock
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

PATH = "/desk/standing-orders"
REFERENCES = st.lists(st.integers(0, len(LETTERS) - 1), min_size=5, max_size=5).map(make_reference)


@given(REFERENCES, st.data())
def test_one_wrong_letter_is_noticed(reference: str, data: st.DataObject) -> None:
    """Wherever it stands, and also two neighbours that changed places."""
    place = data.draw(st.integers(0, len(reference) - 1))
    other = data.draw(st.sampled_from([letter for letter in LETTERS if letter != reference[place]]))
    assert is_reference(reference)
    assert not is_reference(reference[:place] + other + reference[place + 1 :])
    for n, (left, right) in enumerate(pairwise(reference[:-1])):
        swapped = reference[:n] + right + left + reference[n + 2 :]
        assert left == right or not is_reference(swapped)


@given(REFERENCES)
def test_it_is_found_in_what_a_bank_statement_says(reference: str) -> None:
    """In small letters, with a dash or a space, beside other words."""
    dashed = f"{reference[:3]}-{reference[3:]}"
    assert references_in(f"STO M SEACOLE {reference} 21NOV") == [reference]
    assert references_in(f"sto {dashed.lower()}, {reference[:3]} {reference[3:]}") == [reference]
    assert references_in(f"X{reference}") == []


ORDER = StandingOrder("o", "K7QM4R", "d", 1, Money(500, GBP), Interval.MONTH, date(2026, 8, 31))


def test_what_is_expected() -> None:
    """Each due day until today, and the next; after the end nothing more."""
    came = {date(2026, 8, 31): "gift-1"}
    expected = expected_gifts(ORDER, date(2026, 10, 15), came)
    assert [(each.due_on, each.gift) for each in expected] == [
        (date(2026, 10, 31), None), (date(2026, 9, 30), None), (date(2026, 8, 31), "gift-1"),
    ]  # fmt: skip
    assert due_for(expected, date(2026, 10, 2)) == date(2026, 9, 30)
    ended = StandingOrder("o", "K7QM4R", "d", 1, Money(500, GBP), Interval.MONTH, date(2026, 8, 31), date(2026, 9, 15))
    assert [each.due_on for each in expected_gifts(ended, date(2026, 12, 1), {})] == [date(2026, 8, 31)]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Standing orders are guarded on both engines (tests/database)."""
    return sqlite_url


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer."""
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def add(browser: TestClient, **typed: str) -> str:
    """Add a standing order; the path of its page, or what must be corrected."""
    key = re.findall(r'name="key" value="([^"]*)"', browser.get(f"{PATH}/new").text)[0]
    form = {"key": key, "name": "Mary", "amount": "5", "interval": "month", "first_day": "2026-10-01", "campaign": "1"}
    answers = [browser.post(f"{PATH}/new", data=form | typed, follow_redirects=False) for _ in range(2)]
    return answers[1].headers.get("location") or " ".join(re.findall(r'class="error".*', answers[1].text))


def came(browser: TestClient, path: str, due_on: str = "2026-10-01", day: str = "2026-10-02") -> str:
    """Enter what came; the page that follows."""
    key = re.findall(r'name="key" value="([^"]*)"', browser.get(path).text)[0]
    answers = [browser.post(f"{path}/came", data={"key": key, "due_on": due_on, "day": day}) for _ in range(2)]
    return answers[1].text


def test_added_with_a_reference_and_entered_when_it_comes(browser: TestClient, desk: Desk) -> None:
    """Sent twice each is one; its gift is in the books; taken back its day is free again."""
    path = add(browser)
    [shown] = re.findall(r"<strong>(\w{3}-\w{3})</strong>", browser.get(path).text)
    assert is_reference(shown.replace("-", ""))
    assert browser.get(PATH).text.count("Mary") == 1
    page = came(browser, path)
    assert (page.count("It came"), desk.books.raised()) == (1, 500)
    assert "has been entered already" not in page
    assert "Nothing is due on this day" in came(browser, path, "2026-10-05")

    [gift] = re.findall(r'href="(/desk/offline/[^"]+)">It came', page)
    browser.post(f"{gift}/back", data={"why": "Another donor's"})
    assert (came(browser, path).count("It came"), desk.books.raised()) == (1, 500)


def test_it_ends(browser: TestClient) -> None:
    """Nothing more is expected."""
    path = add(browser)
    page = browser.post(f"{path}/end").text
    assert ("Ended on 21 November 2026" in page, "Comes next" in page) == (True, False)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"name": ""}, "Enter who pays"), ({"amount": "0"}, "above zero"), ({"interval": "day"}, "how often")],
    ids=["nobody", "nothing", "no interval"],
)
def test_what_must_be_corrected(browser: TestClient, typed: dict[str, str], sentence: str) -> None:
    """Nothing is kept."""
    assert sentence in add(browser, **typed)
