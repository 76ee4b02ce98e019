"""A treasurer says that a gift was a bequest or bought something, and notes a loan."""

import re

import pytest
from fastapi.testclient import TestClient

from campaigns.campaign import Campaign
from database.transactions import reading
from ledger.money import GBP, Money
from ledger.tables import entry
from payments.gifts.gift import DonorDetails
from payments.gifts.offline import Means
from payments.valuing.loan_views import loans
from payments.valuing.tables import loan
from payments.valuing.valuation import Valuation
from payments.valuing.valuation_store import valuations_of
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.ledger.samples import NOON
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build
from tests.treasury.test_offline import enter, form
from treasury.offline.form import TypedOffline, receipt_fault


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


def valued(desk: Desk, gift_id: str) -> Valuation | None:
    """What is known of this gift."""
    with reading(desk.books.engine) as conn:
        return valuations_of(conn, [gift_id]).get(gift_id)


def test_an_offline_gift_that_bought_a_ticket(browser: TestClient, desk: Desk) -> None:
    """The books have all of it; only what exceeds the market value is a gift."""
    path = enter(browser, amount="700", benefit="A table at the dinner", market_value="150")
    gift_id = path.rpartition("/")[2]
    assert valued(desk, gift_id) == Valuation(gift_id, False, "A table at the dinner", Money.parse("150", GBP))
    assert all(words in browser.get(path).text for words in ("£700.00, cash", "£150.00", "£550.00"))


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"benefit": "A dinner"}, "market_value"), ({"market_value": "5"}, "benefit"), ({"market_value": "x"}, "market")],
)
def test_words_and_value_are_typed_together(browser: TestClient, desk: Desk, typed: dict[str, str], field: str) -> None:
    """What is missing is named, and nothing is entered."""
    answer = browser.post("/desk/offline/new", data=form(browser, **typed))
    assert answer.status_code == 422
    assert f'href="#{field}' in answer.text
    assert desk.books.count(entry) == 0


def test_what_was_said_of_a_gift_is_changed_and_taken_back(browser: TestClient, desk: Desk) -> None:
    """Each time with its act; what the page says is the newest word."""
    gift_id = enter(browser, amount="600").rpartition("/")[2]
    for typed in ({"bequest": "yes"}, {}):
        page = browser.post(f"/desk/gifts/{gift_id}/worth", data=typed)
        assert ("A bequest." in page.text) == bool(typed)
    with reading(desk.books.engine) as conn:
        assert [act.what for act in acts_on(conn, Subject("gift", gift_id))].count("gift.value") == 2


def test_a_loan_is_noted_once_and_makes_no_entry(browser: TestClient, desk: Desk) -> None:
    """Sent twice it is one. It is no income."""
    page = browser.get("/desk/loans/new").text
    filled = {name: re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)[0] for name in ("key", "day", "currency")}
    typed = filled | {"name": "Mrs Patel", "amount": "6000", "terms": "No interest, back in June 2027"}
    assert browser.post("/desk/loans/new", data=typed | {"terms": ""}).status_code == 422
    answers = [browser.post("/desk/loans/new", data=typed) for _ in range(2)]
    assert all("£6,000.00" in answer.text for answer in answers)
    assert (desk.books.count(loan), desk.books.count(entry)) == (1, 0)

    back = f"/desk/loans/{filled['key']}/back"
    assert "Say why" in browser.post(back, data={"why": ""}).text
    assert "Taken back" in browser.post(back, data={"why": "It was a gift"}).text
    with reading(desk.books.engine) as conn:
        assert [(kept.lender, kept.why) for kept in loans(conn)] == [("Mrs Patel", "It was a gift")]


@pytest.mark.parametrize(
    ("law", "bought", "has_fault"),
    [("us_charity", True, True), ("canada", True, True), ("us_charity", False, False), ("", True, False)],
)
def test_no_receipt_says_falsely_that_nothing_was_given_in_exchange(law: str, bought: bool, has_fault: bool) -> None:
    """In the United States and Canada it would."""
    valuation = Valuation("gift-1", False, "A dinner", Money.parse("15", GBP)) if bought else None
    campaign = Campaign(1, "libraries", "Save our libraries", "A story.", GBP)
    read = TypedOffline(
        "gift-1", None, DonorDetails("Ada", ""), Means.CASH, Money.parse("50", GBP), NOON.date(), campaign, "",
        counts=True, wants_receipt=True, valuation=valuation,
    )  # fmt: skip
    assert bool(receipt_fault(read, law)) == has_fault
