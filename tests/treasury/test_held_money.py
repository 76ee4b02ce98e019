"""What is not accepted yet stands on the overview and in what is left of a campaign; what waits has its page."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from compliance.check_wait import CheckWaitReason
from compliance.store import checks_of
from compliance.wait_store import let_wait
from database.transactions import booking, reading
from organisation.store import add_version
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.compliance.gifts import pounds
from tests.compliance.test_gate import PARTY, receive_euros, watched
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.treasury.check_desk import BASE_URL, CheckedDesk, checked_desk
from tests.treasury.test_lost_gifts import build

MISTYPED = {"value": "6.80", "source": "Bank of England, 21 November"}


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


@pytest.fixture
def valued(desk: Desk, clock: FixedClock) -> CheckedDesk:
    """A treasurer of a party, who has entered that 800 euros are worth six pounds and eighty pence."""
    engine = desk.books.engine
    with booking(engine) as conn:
        add_version(conn, PARTY, "settings", clock() - timedelta(days=300))
    browser = TestClient(build(engine, clock, BASE_URL), base_url=BASE_URL, follow_redirects=False)
    valued = CheckedDesk(browser, engine, clock)
    valued.signs_in(Role.TREASURER)
    receive_euros(watched(desk.books))
    assert browser.post(f"/desk/waiting-gifts/{gift_id(1)}", data=MISTYPED).status_code == 303
    return valued


def correct(valued: CheckedDesk, value: str, why: str = "mistyped") -> int:
    """Send another value of the gift; the status of the answer."""
    valued.clock.advance(timedelta(minutes=1))
    typed = MISTYPED | {"value": value, "why": why}
    return valued.browser.post(f"/desk/waiting-gifts/{gift_id(1)}/value", data=typed).status_code


def test_a_value_that_was_typed_wrongly_is_put_right(valued: CheckedDesk) -> None:
    """Six pounds for six hundred needed no check; with the right value it has one, and the log says who and why."""
    assert "Worth £6.80 , as Ada entered it on 21 November 2026" in text(valued, "/desk/waiting-gifts")
    with reading(valued.engine) as conn:
        assert checks_of(conn, [gift_id(1)]) == []
    assert (correct(valued, "680", why=""), correct(valued, "680")) == (422, 303)
    assert valued.check.gift.value == pounds("680")
    with reading(valued.engine) as conn:
        acts = [act for act in acts_on(conn, Subject("gift", gift_id(1))) if act.what == "gift.pounds"]
    assert [(act.before or {}).get("value") for act in acts] == [None, "GBP 6.80"]
    assert (acts[-1].after or {})["why"] == "It was typed wrongly"


def test_a_value_is_put_right_only_until_somebody_accepts(valued: CheckedDesk) -> None:
    """Also once its check is open: the check, its list and what is accepted say the newest value."""
    assert [correct(valued, "680"), correct(valued, "690.50")] == [303, 303]
    assert "Check of £690.50" in valued.browser.get(valued.path).text
    assert "£690.50" in text(valued, "/desk/checks")
    valued.is_ready()
    assert "accept this gift of £690.50" in valued.page("/accept")
    assert valued.sends("accept", {"note": ""}).status_code == 303
    assert correct(valued, "680") == 404
    assert "£690.50" not in text(valued, "/desk/waiting-gifts")
