"""A treasurer asks for a refund: what goes back of each campaign, confirmed by typing the sum."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.transactions import reading
from outbox.jobs import is_queued
from payments.refunding.request import ASK_REFUND
from payments.refunding.store import refund_requests_of
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import gift_id
from tests.payments.stripe_objects import refund
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

PATH = f"/desk/gifts/{gift_id(1)}/refund"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is asked of both elsewhere (tests/payments/refunding)."""
    return sqlite_url


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer, and £25 for two campaigns."""
    desk.books.pledge(1, amount=2500, shares=[(1, 1500), (2, 1000)])
    desk.books.deliver(charged("1", gift=gift_id(1), amount=2500))
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def fields(browser: TestClient) -> dict[str, str]:
    """The form as the page fills it."""
    page = browser.get(PATH).text
    return dict(re.findall(r'name="([\w-]+)"[^>]* value="([^"]*)"', page)) | {"reason": "requested_by_customer"}


def asked(desk: Desk) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    """The requests that are kept: pence, and what of which share."""
    with reading(desk.books.engine) as conn:
        requests = refund_requests_of(conn, gift_id(1))
        assert all(is_queued(conn, ASK_REFUND, request.id) for request in requests)
    return [(request.amount.minor, request.parts) for request in requests]


def test_the_whole_gift(browser: TestClient, desk: Desk) -> None:
    """The page is filled with all that is left; the sum is typed; sent twice it is one, with one act."""
    form = fields(browser) | {"sum": "25"}
    for _ in range(2):
        assert browser.post(PATH, data=form, follow_redirects=False).status_code == 303

    assert asked(desk) == [(2500, ((0, 1500), (1, 1000)))]
    with reading(desk.books.engine) as conn:
        acts = conn.execute(sa.select(act.c.after).where(act.c.what == "gift.refund")).all()
    assert [row.after["amount"] for row in acts] == ["GBP 25.00"]
    assert "Stripe is being asked" in browser.get(PATH).text


def test_a_part_of_one_campaign(browser: TestClient, desk: Desk) -> None:
    """The other's field is left empty."""
    browser.post(PATH, data=fields(browser) | {"part-0": "", "part-1": "£4.50", "sum": "4.50"})
    assert asked(desk) == [(450, ((1, 450),))]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"sum": ""}, "Type the sum that goes back, to confirm it."),
        ({"sum": "24"}, "Type the sum that goes back, to confirm it."),
        ({"part-1": "10.01", "sum": "25.01"}, "No more than £10.00 is left."),
        ({"part-1": "ten", "sum": "25"}, "Enter an amount like £10.00."),
        ({"part-0": "", "part-1": "", "sum": "0"}, "Enter how much goes back."),
    ],
    ids=["no sum", "another sum", "more than is left", "no amount", "nothing"],
)
def test_what_cannot_be_asked_for(browser: TestClient, desk: Desk, typed: dict[str, str], sentence: str) -> None:
    """The page says what to correct, keeps what was typed, and nothing is asked."""
    answer = browser.post(PATH, data=fields(browser) | typed)
    assert (answer.status_code, sentence in answer.text, asked(desk)) == (422, True, [])


def test_while_one_is_asked_for_there_is_no_form(browser: TestClient, desk: Desk) -> None:
    """And a form that was open in another tab is told to wait."""
    form = fields(browser)
    other = fields(browser)
    browser.post(PATH, data=form | {"part-1": "", "sum": "15"})
    assert 'name="sum"' not in browser.get(PATH).text
    answer = browser.post(PATH, data=other | {"sum": "25"})
    assert ("Wait until Stripe has answered" in answer.text, len(asked(desk))) == (True, 1)


def test_what_went_back_before_is_not_offered_again(browser: TestClient, desk: Desk) -> None:
    """£10 was refunded in Stripe's dashboard: £9 and £6 are left."""
    desk.books.deliver(
        delivery(event("refund.created", refund(id="re_1", amount=1000, payment_intent="pi_1"), name="re_1"))
    )
    assert re.findall(r'name="part-\d" type="text"[^>]*value="([^"]*)"', browser.get(PATH).text) == ["9.00", "6.00"]


def test_a_password_is_asked_for_first(browser: TestClient, clock: FixedClock) -> None:
    """Money leaves: a session that is not fresh is led to confirm it."""
    clock.advance(timedelta(minutes=30))
    answer = browser.get(PATH, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].startswith("/desk/confirm")) == (303, True)
