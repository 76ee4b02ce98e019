"""A treasurer enters a gift that did not come through Stripe, takes one back, and banks the cash."""

import csv
import re
from io import StringIO

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.transactions import booking, reading, writing
from donors.store import donor_of_address, find_or_add_donor
from ledger.period_store import close_month
from ledger.tables import entry
from organisation.store import add_first_version
from payments.gifts.offline_views import offline_rows
from receipts.store import receipt_of_gift
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.ledger.samples import NOON
from tests.payments.test_postal_addresses import CANADIAN, LINES, TYPED
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

PATH = "/desk/offline"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database here is asked of both elsewhere (tests/database)."""
    return sqlite_url


@pytest.fixture
def browser(desk: Desk, clock: FixedClock) -> TestClient:
    """A treasurer."""
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, desk.books.engine, clock(), Role.TREASURER)
    return browser


def form(browser: TestClient, **typed: str) -> dict[str, str]:
    """The form as the page fills it, and what is typed."""
    page = browser.get(f"{PATH}/new").text
    filled = {name: re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)[0] for name in ("key", "day")}
    return filled | {"means": "cash", "campaign": "1", "counts": "yes", "amount": "25", "name": "Mrs Patel"} | typed


def enter(browser: TestClient, **typed: str) -> str:
    """Enter a gift; the path of its page."""
    answer = browser.post(f"{PATH}/new", data=form(browser, **typed), follow_redirects=False)
    assert answer.status_code == 303, re.findall(r'class="error"[^>]*>.*', answer.text)
    return answer.headers["location"]


def test_the_donors_address_is_asked_for_where_receipts_want_it(browser: TestClient, desk: Desk) -> None:
    """It stands on the receipt; a part of an address is sent back, and none at all lets the receipt wait."""
    assert "Their postal address" not in browser.get(f"{PATH}/new").text
    with writing(desk.books.engine) as conn:
        add_first_version(conn, CANADIAN, "test", NOON)
    assert "Their postal address" in browser.get(f"{PATH}/new").text
    answer = browser.post(f"{PATH}/new", data=form(browser, receipt="yes", post_town="Toronto"))
    assert (answer.status_code, "Enter your postal code." in answer.text) == (422, True)

    paths = [enter(browser, receipt="yes", **TYPED), enter(browser, receipt="yes")]

    with reading(desk.books.engine) as conn:
        issued = [receipt_of_gift(conn, path.rpartition("/")[2]) for path in paths]
    assert [each.receipt.donor_address for each in issued if each] == [LINES, ()]


def test_a_gift_is_entered_once_with_its_act(browser: TestClient, desk: Desk) -> None:
    """Sent twice it is one; its page says what it is."""
    typed = form(browser)
    pages = [browser.post(f"{PATH}/new", data=typed) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert all(words in pages[0].text for words in ("£25.00, cash", "Mrs Patel", "21 November 2026"))
    with reading(desk.books.engine) as conn:
        acts = conn.execute(sa.select(act.c.after).where(act.c.what == "gift.enter")).all()
        assert [(row.amount.minor, row.donor) for row in offline_rows(conn, 10)] == [(2500, "Mrs Patel")]
    assert [row.after["amount"] for row in acts] == ["GBP 25.00"]
    assert desk.books.count(entry) == 1


def test_its_own_page_lacks_nothing(browser: TestClient) -> None:
    """There is no charge to look for, and no refund to ask Stripe for."""
    page = browser.get(enter(browser).replace("/offline/", "/gifts/")).text
    assert "Entered by hand, for" in page
    assert all(words not in page for words in ("Not there yet", "Refund it"))


def test_of_a_known_donor(browser: TestClient, desk: Desk) -> None:
    """Found by hand, or by the address that is typed."""
    with booking(desk.books.engine) as conn:
        mary = find_or_add_donor(conn, "Mary Seacole", "mary@example.org", NOON)
    assert "Mary Seacole" in browser.get(f"{PATH}/new?donor={mary.id}").text
    enter(browser, donor=mary.id, name="")
    enter(browser, name="", email="Mary@example.org")
    with reading(desk.books.engine) as conn:
        assert donor_of_address(conn, "mary@example.org") == mary
    assert browser.get(PATH).text.count("Mary Seacole") == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": "0"}, "Enter a sum above zero."),
        ({"means": ""}, "Choose how it came."),
        ({"day": "2026-11-22"}, "This day is still to come."),
        ({"day": "2026-10-31"}, "The books are closed up to this day. Enter 01 November 2026 or later."),
        ({"means": "in_kind", "reference": ""}, "Enter what was given"),
        ({"email": "mary@"}, "or leave it empty"),
        ({"campaign": "9"}, "Choose the campaign"),
        ({"receipt": "yes"}, "Say first who the organisation is"),
    ],
    ids=[
        "nothing",
        "no means",
        "a day to come",
        "a closed day",
        "nothing in kind",
        "no address",
        "no campaign",
        "nobody",
    ],
)
def test_what_must_be_corrected(browser: TestClient, desk: Desk, typed: dict[str, str], sentence: str) -> None:
    """The page keeps what was typed, and nothing is booked."""
    if typed.get("day") == "2026-10-31":
        desk.give(1, 2500, days_ago=40)
        with booking(desk.books.engine) as conn:
            close_month(conn, NOON.date().replace(month=10, day=1), ("{}", "0" * 64), "ada", (NOON, NOON.date()))
    before = desk.books.count(entry)
    answer = browser.post(f"{PATH}/new", data=form(browser, **typed))
    assert (answer.status_code, sentence in answer.text, desk.books.count(entry)) == (422, True, before)


def test_taken_back_with_a_reason(browser: TestClient, desk: Desk) -> None:
    """Without one nothing is done."""
    page = enter(browser)
    assert browser.post(f"{page}/back", data={"why": " "}).status_code == 422
    shown = browser.post(f"{page}/back", data={"why": "Entered twice"}).text
    assert ("Entered twice" in shown, "Take it back" in shown, desk.books.raised()) == (True, False, 0)
    assert "Given back" in browser.get("/desk/gifts").text, "the list called it received"
    whole = browser.get(page.replace("/offline/", "/gifts/")).text
    assert "<strong>Taken back: taken off Save our libraries</strong>" in whole, "the trace called it counted"
    offers = ("Move it", "Refund it", "Take it back", "move this one")
    assert [offer for offer in offers if offer in whole + shown] == [], "nothing is left to do with it"


def test_its_reference_stands_on_its_page_and_in_the_file(browser: TestClient) -> None:
    """A cheque's number is what the treasurer finds it by."""
    page = browser.get(enter(browser, means="cheque", reference="000451").replace("/offline/", "/gifts/")).text
    [row] = csv.DictReader(StringIO(browser.get("/desk/gifts.csv").text[1:]))
    assert ("000451" in page, row["Offline"], row["Offline reference"]) == (True, "Cheque", "000451")


def test_cash_is_banked(browser: TestClient) -> None:
    """No more than is in hand."""
    enter(browser)
    page = browser.get(PATH).text
    key = re.findall(r'name="key" value="([^"]*)"', page)[0]
    typed = {"key": key, "currency": "GBP", "amount": "30", "day": "2026-11-21"}
    assert "Only £25.00 is in hand." in browser.post(f"{PATH}/deposit", data=typed).text
    for _ in range(2):
        answer = browser.post(f"{PATH}/deposit", data=typed | {"amount": "20"})
        assert (answer.status_code, "£5.00 in hand" in answer.text) == (200, True)
