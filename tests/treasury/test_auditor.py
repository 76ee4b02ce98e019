"""What the desk shows an auditor of money of every kind: all of it, and no form that they may not send."""

import pytest
from fastapi.testclient import TestClient

from payments.gifts.recurring import RecurringState
from staff.role import Role
from tests.clock import FixedClock
from tests.proof.books import Desk
from tests.proof.settled_books import everything
from tests.staff.offers import offered_in_vain
from tests.staff.signing_in import sign_in_as
from tests.treasury.recurring.standing import stand
from tests.treasury.test_lost_gifts import build
from tests.treasury.test_offline import enter

BASE_URL = "http://127.0.0.1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What pages offer is no matter of the database."""
    return sqlite_url


def test_an_auditor_sees_all_and_is_offered_nothing_in_vain(desk: Desk, clock: FixedClock) -> None:
    """Gifts, an offline one, recurring gifts that run and have ended, payouts, months, exports."""
    everything(desk)
    stand(desk, 20)
    stand(desk, 21, RecurringState.ENDED)
    app = build(desk.books.engine, clock, BASE_URL)
    treasurer, auditor = (TestClient(app, base_url=BASE_URL) for _ in range(2))
    sign_in_as(treasurer, desk.books.engine, clock(), Role.TREASURER)
    enter(treasurer, means="cheque", reference="000451")
    sign_in_as(auditor, desk.books.engine, clock(), Role.AUDITOR, email="audit@example.org")

    assert offered_in_vain(auditor, Role.AUDITOR) == []
    assert "An owner or a treasurer may change them" in auditor.get("/desk/books/exports").text


def test_what_waits_is_said_to_an_auditor_without_asking_for_it(desk: Desk, clock: FixedClock) -> None:
    """The same links as a treasurer's, in words that promise no button."""
    desk.give(1, 2500, days_ago=40)
    stand(desk, 21, RecurringState.PAST_DUE, attempts=1)
    app, pages = build(desk.books.engine, clock, BASE_URL), []
    for role in (Role.TREASURER, Role.AUDITOR):
        browser = TestClient(app, base_url=BASE_URL)
        sign_in_as(browser, desk.books.engine, clock(), role, email=f"{role}@example.org")
        pages.append(browser.get("/desk").text)

    acts = ("Things to do", "Look at it, and write to the donor", "Look at October 2026 and close it")
    reads = ("What waits for a treasurer", ">Look at it</a>", ">Look at October 2026</a>")

    assert [[words in page for words in acts] for page in pages] == [[True] * 3, [False] * 3]
    assert [[words in page for words in reads] for page in pages] == [[False] * 3, [True] * 3]
