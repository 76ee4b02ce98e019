"""Gifts that look like twins: listed, refunded, or meant."""

import pytest
from fastapi.testclient import TestClient

from database.transactions import reading
from payments.refunding.request import RefundReason
from payments.refunding.store import refund_requests_of
from payments.refunding.twin_views import twin_rows
from staff.role import Role
from tests.clock import FixedClock
from tests.payments.messages import CREATED, charged
from tests.payments.organisation_books import NOON, gift_id
from tests.proof.books import DAY_SECONDS, Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build


def give(desk: Desk, n: int, *, minutes: int = 0, pence: int = 2500) -> None:
    """A gift of one donor, so many minutes after the first."""
    desk.books.pledge(n, amount=pence, shares=[(1, pence)], email="mary@example.org")
    desk.books.deliver(charged(str(n), gift=gift_id(n), amount=pence, created=CREATED - DAY_SECONDS + 60 * minutes))


def listed(desk: Desk) -> list[tuple[str, str]]:
    """The first and the later gift of each pair."""
    with reading(desk.books.engine) as conn:
        return [(row.first, row.later) for row in twin_rows(conn, NOON, 10)]


def test_the_same_sum_within_a_day(desk: Desk) -> None:
    """Each later one with the one before it; not another sum, nor another day."""
    give(desk, 1)
    give(desk, 2, minutes=3)
    give(desk, 3, minutes=5)
    give(desk, 4, minutes=6, pence=2400)
    give(desk, 5, minutes=-1500)
    assert listed(desk) == [(gift_id(2), gift_id(3)), (gift_id(1), gift_id(2))]


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer, and twins."""
    give(desk, 1)
    give(desk, 2, minutes=3)
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def test_the_later_one_is_refunded_once_its_button_is_unfolded(browser: TestClient, desk: Desk) -> None:
    """All of it, as a duplicate, and with a warning beside it; pressed again there is nothing to press."""
    path = f"/desk/twins/{gift_id(2)}/refund"
    page = browser.get("/desk/twins").text
    assert "twice £25.00" in page
    assert "cannot be undone" in page.partition("<summary>Refund")[2].partition("</details>")[0]
    assert [browser.post(path).status_code for _ in range(2)] == [200, 404]
    with reading(desk.books.engine) as conn:
        [request] = refund_requests_of(conn, gift_id(2))
    assert (request.amount.minor, request.reason) == (2500, RefundReason.DUPLICATE)
    assert listed(desk) == []


def test_both_were_meant(browser: TestClient, desk: Desk) -> None:
    """They are never listed again."""
    assert "None in the last two months" in browser.post(f"/desk/twins/{gift_id(2)}/meant").text
    assert listed(desk) == []
