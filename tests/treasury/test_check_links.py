"""Donors who may be one: suggested by likeness, joined or read apart by a person; and small gifts in few days."""

from datetime import date

import pytest
from fastapi.testclient import TestClient

from compliance.gift_views import donor_families
from compliance.link_store import donor_links
from compliance.regime import Regime, RegimePeriod
from compliance.rule_store import add_regime_period
from database.transactions import reading, writing
from payments.gifts.store import gift as gift_by_id
from staff.role import Role
from staff.store import member_by_email
from tests.clock import FixedClock
from tests.payments.messages import charged
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.check_desk import BASE_URL
from tests.treasury.test_lost_gifts import build

LINKS = "/desk/checks/links"
PARTY = RegimePeriod(Regime.PARTY, date(2001, 2, 16))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is asked of both elsewhere (tests/compliance)."""
    return sqlite_url


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer of a party; Ann gave £300 under either of two addresses, and a stranger £400."""
    for n, (email, pence) in enumerate(
        (("ann@example.org", 30000), ("ann+work@example.org", 30000), ("bo@x.org", 40000))
    ):
        desk.books.pledge(n + 1, amount=pence, email=email)
        desk.books.deliver(charged(str(n + 1), gift=gift_id(n + 1), amount=pence))
    engine = desk.books.engine
    browser = TestClient(build(engine, clock, BASE_URL), base_url=BASE_URL, follow_redirects=False)
    sign_in_as(browser, engine, clock(), Role.TREASURER)
    with writing(engine) as conn:
        member = member_by_email(conn, "ada@example.org")
        assert member is not None
        add_regime_period(conn, PARTY, member.id, clock())
    return browser


def donor_of(desk: Desk, n: int) -> str:
    """The donor of a gift."""
    with reading(desk.books.engine) as conn:
        gift = gift_by_id(conn, gift_id(n))
    assert gift is not None
    return str(gift.donor_id)


def says(browser: TestClient, desk: Desk, word: str, why: str) -> int:
    """A person says of Ann's two donors that they are one, or are not."""
    ends = {"first": donor_of(desk, 1), "second": donor_of(desk, 2)}
    return browser.post(LINKS, data=ends | {"is": word, "why": why}).status_code


def test_who_looks_alike_is_suggested_until_a_person_has_decided(browser: TestClient, desk: Desk) -> None:
    """Only those whose gifts together pass the threshold; with why, who and when; and back again."""
    page = browser.get(LINKS).text
    assert ("Same email address" in page, "Together £600.00 this year" in page, "bo@x.org" in page) == (
        True,
        True,
        False,
    )
    assert says(browser, desk, "joined", "") == 422
    assert says(browser, desk, "joined", "Her work address, she told us.") == 303
    page = browser.get(LINKS).text
    assert ("Together £600.00" in page, "are one" in page, "Her work address" in page) == (False, True, True)
    with reading(desk.books.engine) as conn:
        [link] = donor_links(conn)
        assert (link.is_joined, link.by.name, len(donor_families(conn))) == (True, "Ada", 2)

    assert says(browser, desk, "parted", "It was her sister.") == 303
    with reading(desk.books.engine) as conn:
        assert (len(donor_links(conn)), donor_families(conn)) == (2, {})
    assert "Together £600.00" not in browser.get(LINKS).text


def test_small_gifts_in_few_days_are_shown_quietly(browser: TestClient, desk: Desk) -> None:
    """A question beside the gifts; it leads to their check, which joining opened in its own transaction."""
    assert "Small gifts in few days" not in browser.get(LINKS).text
    says(browser, desk, "joined", "Her work address.")
    page = browser.get(LINKS).text
    assert ("Small gifts in few days" in page, "£600.00" in page) == (True, True)
    assert f"/desk/checks/{gift_id(2)}" in page

    check = browser.get(f"/desk/checks/{gift_id(2)}").text
    assert "smaller gifts together are more than the threshold of £500" in check
    assert (f'href="/desk/gifts/{gift_id(1)}"' in check, "Joined with" in check) == (True, True)


def test_an_auditor_reads_and_a_stranger_is_refused(browser: TestClient, desk: Desk, clock: FixedClock) -> None:
    """Of two who are not there, or one with themselves, nothing is kept."""
    alone = {"first": donor_of(desk, 1), "second": donor_of(desk, 1), "is": "joined", "why": "x"}
    assert browser.post(LINKS, data=alone).status_code == 404
    assert browser.post(LINKS, data=alone | {"second": "nobody"}).status_code == 404
    sign_in_as(browser, desk.books.engine, clock(), Role.AUDITOR, "auditor@example.org")
    page = browser.get(LINKS).text
    assert ("Same email address" in page, "They are one" in page) == (True, False)
    assert says(browser, desk, "joined", "x") == 403
