"""What is not accepted yet stands on the overview and in what is left of a campaign; what waits has its page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from compliance.check_wait import CheckWaitReason
from compliance.store import checks_of
from compliance.wait_store import let_wait
from database.transactions import booking, reading
from organisation.store import add_version
from staff.role import Role
from tests.clock import FixedClock
from tests.compliance.test_gate import PARTY
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.treasury.check_desk import CheckedDesk, checked_desk


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are the same on both engines."""
    return sqlite_url


@pytest.fixture
def checked(desk: Desk, clock: FixedClock) -> CheckedDesk:
    """A treasurer; gift 1 of £600 has an open check."""
    return checked_desk(desk, clock)


def text(checked: CheckedDesk, path: str) -> str:
    """A page in words."""
    return replace(checked, path=path).page()


def test_what_is_not_accepted_is_said_until_somebody_accepts_it(checked: CheckedDesk) -> None:
    """On the overview, and in what is left of a campaign's money."""
    assert "Raised £600.00, of which £600.00 is not accepted yet : do not spend it." in text(checked, "/desk")
    assert "Not accepted yet, and not to be spent £600.00" in text(checked, "/desk/campaigns/1/spending")
    assert "£0.00 left" in text(checked, "/desk/campaigns/1/spending")
    assert "end, and not to be spent: £600.00" in text(checked, "/desk/books/2026-11")
    checked.is_ready()
    assert checked.sends("accept", {"note": ""}).status_code == 303
    for path in ("/desk", "/desk/campaigns/1/spending", "/desk/books/2026-11"):
        assert "not accepted yet" not in text(checked, path).lower()


def test_a_clock_that_ends_is_a_thing_to_do_and_one_that_is_over_another(checked: CheckedDesk) -> None:
    """From day 20 on with the days that are left; after day 30 in other words."""
    assert "a check" not in text(checked, "/desk").lower()
    for days, words in (
        (19, "A check ends in 10 days : accept or return £600.00 of 21 November 2026 by 20 December 2026."),
        (10, "Today is the last day of a check : accept or return"),
        (1, "The days of a check are over : nobody accepted or returned £600.00"),
    ):
        checked.clock.advance(timedelta(days=days))
        checked.signs_in(Role.TREASURER)
        assert words in text(checked, "/desk")
        assert f'href="/desk/checks/{gift_id(1)}"' in checked.browser.get("/desk").text


def test_a_gift_that_waits_is_given_its_value_at_the_desk(checked: CheckedDesk) -> None:
    """It is a thing to do; with a value and its source it is looked at in the same moment."""
    engine = checked.engine
    with booking(engine) as conn:
        add_version(conn, PARTY, "settings", checked.clock() - timedelta(days=30))
        let_wait(conn, {gift_id(1): CheckWaitReason.VALUE}, checked.clock())
    assert "1 gift cannot be checked yet" in text(checked, "/desk")
    path = f"/desk/waiting-gifts/{gift_id(1)}"
    answer = checked.browser.post(path, data={"value": "x", "source": ""})
    assert answer.status_code == 422
    assert "Say where you read the rate" in answer.text
    assert checked.browser.post(path, data={"value": "600", "source": "Bank of England"}).status_code == 303
    assert "Every gift could be looked at." in text(checked, "/desk/waiting-gifts")
    assert checked.browser.post(path, data={"value": "600", "source": "Bank of England"}).status_code == 404
    with reading(engine) as conn:
        assert len(checks_of(conn, [gift_id(1)])) == 1
