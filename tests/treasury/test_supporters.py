"""A treasurer adopts supporters whom Stripe has already: one by one, or all at once."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.transactions import reading, writing
from ledger.money import GBP, Money
from outbox.jobs import is_queued
from payments.adopting.store import add_supporters
from payments.adopting.supporter import FIND_SUPPORTERS, MARK_SUPPORTER, Supporter
from payments.gifts.gift import DonorDetails
from payments.gifts.recurring import Interval
from payments.gifts.tables import recurring
from staff.role import Role
from tests.clock import FixedClock
from tests.payments.organisation_books import NOON
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

PATH = "/desk/supporters"
MARY = Supporter(
    "sub_1", DonorDetails("Mary", "mary@example.org"), Money(500, GBP), Interval.MONTH, NOON, "A monthly gift"
)  # fmt: skip


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The table is guarded on both engines (tests/database)."""
    return sqlite_url


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer, and two supporters."""
    with writing(desk.books.engine) as conn:
        ben = replace(MARY, subscription="sub_2", donor=DonorDetails("Ben", "ben@example.org"))
        add_supporters(conn, [MARY, ben], NOON)
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def adopted(desk: Desk) -> list[str]:
    """The subscriptions that are recurring gifts of ours, each with its job."""
    with reading(desk.books.engine) as conn:
        subscriptions = list(conn.scalars(sa.select(recurring.c.subscription).order_by(recurring.c.subscription)))
        assert all(is_queued(conn, MARK_SUPPORTER, subscription) for subscription in subscriptions)
    return subscriptions


def test_one_is_adopted_and_one_is_left(browser: TestClient, desk: Desk) -> None:
    """The list says what each pays; a campaign must be chosen."""
    page = browser.get(PATH).text
    assert all(words in page for words in ("Mary", "£5.00 a month", "for A monthly gift"))
    assert browser.post(f"{PATH}/sub_1/adopt", data={"campaign": ""}).status_code == 422
    browser.post(f"{PATH}/sub_1/adopt", data={"campaign": "1"})
    assert "None waits for a decision" in browser.post(f"{PATH}/sub_2/leave").text
    assert browser.post(f"{PATH}/sub_1/adopt", data={"campaign": "1"}).status_code == 404
    assert adopted(desk) == ["sub_1"]


def test_all_at_once(browser: TestClient, desk: Desk) -> None:
    """For one campaign."""
    assert "None waits for a decision" in browser.post(PATH, data={"campaign": "2"}).text
    assert adopted(desk) == ["sub_1", "sub_2"]


def test_stripe_is_asked_by_a_job(browser: TestClient, desk: Desk) -> None:
    """The page says so until it is done."""
    assert "Stripe is being asked" in browser.post(f"{PATH}/look").text
    with reading(desk.books.engine) as conn:
        assert is_queued(conn, FIND_SUPPORTERS, "all")
