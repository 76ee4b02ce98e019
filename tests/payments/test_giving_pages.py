"""The donor's pages by their real routes, on both engines, with Stripe out of reach unless a test says otherwise."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from campaigns.tables import campaign as campaign_table
from database.transactions import reading, writing
from organisation.organisation import GivingRules
from outbox.tables import job
from outbox.tables import letter as letter_table
from payments.gifts import store
from payments.gifts.tables import gift as gift_table
from payments.giving.donor_form import FormRules
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.stripe.gateway import Gateway
from payments.thanks.routes import thanks_routes
from payments.thanks.waiting import ASK_SESSION
from receipts.routes import receipt_routes
from sandbox.lifecycle import currencies
from sandbox.twin import open_twin
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.stripe_objects import refund
from tests.receipts.samples import PAGES
from tests.sandbox.loopback import KEY, served, settings
from web.errors import install_errors

FORM = {"amount": "other", "other_amount": "12.50", "email": "zoe@example.org", "form_token": "token"}
CLOSED_PORT = "http://127.0.0.1:9"  # nothing listens there: Stripe is away


@dataclass(frozen=True)
class Site:
    """A visitor's browser, and the books behind the pages."""

    browser: TestClient
    books: Books
    clock: FixedClock

    def text(self, address: str) -> str:
        """The words of a page."""
        return words(self.browser.get(address).text)


@pytest.fixture
def stripe_address() -> str:
    """Where Stripe is."""
    return CLOSED_PORT


@pytest.fixture
def stripe_key() -> str:
    """Our key at Stripe."""
    return KEY


@pytest.fixture
def site(books: Books, stripe_address: str, stripe_key: str) -> Iterator[Site]:
    """The pages of giving and the receipts."""
    clock = FixedClock(NOON)
    pledges = Pledges(books.engine, Gateway(stripe_key, "http://127.0.0.1", api_base=stripe_address), clock)
    app = FastAPI()
    app.router.routes += payment_routes(
        books.engine, pledges, clock, PAGES, FormRules(lambda: GivingRules(("month",)))
    ).routes
    app.router.routes += thanks_routes(books.engine, clock, PAGES, lambda: GivingRules(("month",))).routes
    app.router.routes += receipt_routes(books.engine, clock, PAGES).routes
    install_errors(app, PAGES)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as browser:
        yield Site(browser, books, clock)


@pytest.fixture
def given(site: Site) -> Site:
    """A gift of £25 that was paid."""
    site.books.pledge()
    with writing(site.books.engine) as conn:
        store.link_session(conn, gift_id(1), "cs_test_1")
    site.books.deliver(charged(gift=gift_id(1)))
    return site


THANKS = "/thanks?session_id=cs_test_1"


def letters(site: Site) -> list[tuple[str, str]]:
    """Whom letters were posted to, and for what cause."""
    with reading(site.books.engine) as conn:
        rows = conn.execute(sa.select(letter_table.c.to_address, letter_table.c.key).order_by(letter_table.c.key))
        return [tuple(row) for row in rows]


def test_thanks_names_the_address_that_the_receipt_goes_to(given: Site) -> None:
    """For a day; then a new link can be had by letter, and the page names nobody."""
    assert "Your receipt goes to donor1@example.org by email." in given.text(THANKS)
    given.clock.now += timedelta(days=2)
    later = given.text(THANKS)
    assert ("donor1@example.org" in later, "Send me a new link" in later) == (False, True)


def test_a_donor_who_gave_once_is_offered_to_give_monthly_as_well(given: Site) -> None:
    """One sentence, with the monthly amount nearest to a third of the gift; not where the campaign takes no more."""
    offer = "/c/libraries/give?amount=500&amp;interval=month"
    assert offer in given.browser.get(THANKS).text
    with writing(given.books.engine) as conn:
        conn.execute(sa.update(campaign_table).values(state="closed"))
    assert "a month" not in given.text(THANKS)


def test_who_waits_long_for_a_message_is_told_not_to_pay_again(site: Site) -> None:
    """After thirty seconds, with the reference; the first look queues the question to Stripe, once."""
    site.books.pledge()
    with writing(site.books.engine) as conn:
        store.link_session(conn, gift_id(1), "cs_test_1")
    for _ in range(2):
        assert "takes a few seconds" in site.text(THANKS)
    with reading(site.books.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(job).where(job.c.kind == ASK_SESSION)) == 1
    site.clock.now += timedelta(seconds=30)
    assert "Please do not pay again" in site.text(THANKS)
    assert "Your reference is 00000000" in site.text(THANKS)


def test_a_new_link_comes_by_letter_to_the_donors_own_address(given: Site) -> None:
    """From the thank-you page and from an old link; the answer is the same for a link that never was."""
    opened = given.browser.post("/thanks/receipt", data={"session_id": "cs_test_1"}).headers["location"]
    path = urlsplit(opened).path
    given.clock.now += timedelta(days=91)
    old = given.browser.get(path)
    assert (old.status_code, "Send me a new link" in old.text) == (404, True)
    answers = [
        given.browser.post(f"{path}/letter"),
        given.browser.post("/receipts/never-was/letter"),
        given.browser.post("/thanks/letter", data={"session_id": "cs_test_1"}),
        given.browser.post("/thanks/letter", data={"session_id": "cs_never"}),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert letters(given) == [("donor1@example.org", "receipt-link:2026-000001:2027-02-20")]


def test_thanks_and_receipt_say_what_has_gone_back(given: Site) -> None:
    """Nothing is said to have arrived that is not there any more; the receipt itself stays."""
    receipt = given.browser.post("/thanks/receipt", data={"session_id": "cs_test_1"}).headers["location"]
    assert "has arrived" in given.text(THANKS)
    assert "gone back" not in given.text(receipt)

    give_back(given, 1000, "re_1")
    assert "has arrived. £10 of it has gone back since." in given.text(THANKS)
    assert "£10.00 of it has gone back to you since." in given.text(receipt)

    give_back(given, 1500, "re_2")
    assert "arrived" not in given.text(THANKS)
    assert "Your donation has gone back" in given.text(THANKS)
    assert "All of it has gone back to you since." in given.text(receipt)
    assert "Total received £25.00" in given.text(receipt)


def test_thanks_names_what_was_charged_when_that_is_another_currency(site: Site) -> None:
    """£25 was asked for and $30 was charged."""
    site.books.pledge()
    with writing(site.books.engine) as conn:
        store.link_session(conn, gift_id(1), "cs_test_1")
    site.books.deliver(charged(gift=gift_id(1), amount=3000, currency="usd"))
    assert "$30" in site.text(THANKS)


@ON_SQLITE
@pytest.mark.parametrize(
    ("amount", "chosen"),
    [
        ("2500", ("25.00", "")), ("1250", ("", "12.50")), ("199", None), ("0", None), ("99999999999", None),
        ("10000001", None), ("12.50", None), ("٢٥", None),
    ],
)  # fmt: skip
def test_a_link_preselects_only_what_the_form_would_take(
    site: Site, amount: str, chosen: tuple[str, str] | None
) -> None:
    """In pence. Anything else preselects nothing, and is no error."""
    page = site.browser.get("/c/libraries/give", params={"amount": amount})
    assert page.status_code == 200
    selected = re.findall(
        r'value="([0-9.]+)"(?: data-words="[^"]*")? checked|name="other_amount".* value="([0-9.]+)"', page.text
    )
    assert selected == ([chosen] if chosen else [])


class TestRefused:
    """Stripe refuses; the twin's smallest charge is more than ours for once."""

    @pytest.fixture
    def stripe_address(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        """A twin."""
        monkeypatch.setitem(currencies.MINIMUM_CHARGE, "gbp", 2000)
        with served(open_twin(settings(), real_time=NOON.timestamp)) as address:
            yield address

    def test_an_amount_that_stripe_refuses_is_said_beside_the_field(self, site: Site) -> None:
        """What was typed is still there; nobody is told to try the same again."""
        answer = site.browser.post("/c/libraries/give", data=FORM)
        assert answer.status_code == 422
        assert "Enter a larger amount: Stripe does not take so small a payment" in words(answer.text)
        assert ('value="12.50"' in answer.text, 'value="zoe@example.org"' in answer.text) == (True, True)
        assert site.browser.post("/c/libraries/give", data=FORM | {"other_amount": "25"}).status_code == 303


class TestRefusedForTheKey(TestRefused):
    """Stripe refuses whatever we ask."""

    @pytest.fixture
    def stripe_key(self) -> str:
        """Another account's."""
        return "sk_test_sandbox_another"

    def test_an_amount_that_stripe_refuses_is_said_beside_the_field(self, site: Site) -> None:
        """A refusal that is ours to mend is no outage: the page does not say that trying again would help."""
        answer = site.browser.post("/c/libraries/give", data=FORM)
        assert answer.status_code == 502
        assert "Nothing was charged" in words(answer.text)
        assert ("could not reach" in answer.text, "Try again" in answer.text) == (False, False)


def test_the_same_page_sent_again_after_it_was_paid_asks(site: Site) -> None:
    """Nothing is charged; who means a second gift says so, and it is another gift."""
    site.browser.post("/c/libraries/give", data=FORM)  # Stripe is away; the gift is kept
    [gift] = pending(site)
    with writing(site.books.engine) as conn:
        store.link_session(conn, gift, "cs_test_1")
    site.books.deliver(charged(gift=gift, amount=1250))

    answer = site.browser.post("/c/libraries/give", data=FORM)
    assert answer.status_code == 409
    assert "Do you want to donate again? Your donation of £12.50 has already arrived" in words(answer.text)
    assert pending(site) == []

    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    assert {name: fields[name] for name in ("amount", "other_amount", "email")} == {
        name: FORM[name] for name in ("amount", "other_amount", "email")
    }
    assert site.browser.post("/c/libraries/give", data=fields).status_code == 503
    assert len(pending(site)) == 1


@ON_SQLITE
@pytest.mark.parametrize("changed", [{"name": "Another"}, {"other_amount": "20"}, {"message": "Go on!"}])
def test_a_page_that_was_changed_after_it_was_paid_asks_too(site: Site, changed: dict[str, str]) -> None:
    """Who comes back to mend a name does not stand before a second payment; what went back has not "arrived"."""
    site.browser.post("/c/libraries/give", data=FORM)
    [gift] = pending(site)
    with writing(site.books.engine) as conn:
        store.link_session(conn, gift, "cs_test_1")
    site.books.deliver(charged(gift=gift, amount=1250))
    give_back(site, 1250, "re_1")

    answer = site.browser.post("/c/libraries/give", data=FORM | changed)
    assert answer.status_code == 409
    assert "Your donation of £12.50 arrived, and has gone back to you since." in words(answer.text)
    assert f"Yes, donate {'£20 as well' if 'other_amount' in changed else '£12.50 once more'}" in words(answer.text)
    assert pending(site) == []


def test_when_stripe_is_away_the_page_says_so(site: Site) -> None:
    """And offers to try again."""
    answer = site.browser.post("/c/libraries/give", data=FORM)
    assert (answer.status_code, "could not reach Stripe" in words(answer.text)) == (503, True)


def pending(site: Site) -> list[str]:
    """The gifts that wait to be paid."""
    with reading(site.books.engine) as conn:
        return list(conn.scalars(sa.select(gift_table.c.id).where(gift_table.c.state == "pending")))


def give_back(site: Site, minor: int, name: str) -> None:
    """A refund of the gift."""
    returned = refund(id=name, amount=minor)
    site.books.deliver(delivery(event("refund.created", returned, name=name)))


def words(page: str) -> str:
    """The page's text without its markup."""
    return " ".join(re.sub("<[^>]+>", " ", page).split())
