"""Donors wait for Stripe in a queue that moves by itself; a busy Stripe is no error."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.transactions import writing
from payments.gifts.store import link_session
from payments.giving.pace_store import Lane, hold_back
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.giving.surges import SurgeRules
from payments.stripe.gateway import Gateway
from sandbox.chaos import CALM, ChaosSettings, set_chaos
from sandbox.twin import Twin, open_twin
from tests.clock import FixedClock
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books
from tests.payments.test_giving_pages import FORM, Site, pending, words
from tests.receipts.samples import PAGES
from tests.sandbox.loopback import KEY, served, settings
from web.errors import install_errors

GIVE = "/c/libraries/give"


@pytest.fixture
def twin() -> Twin:
    """Stripe, as it is for all of these tests."""
    return open_twin(settings(), real_time=NOON.timestamp)


@pytest.fixture
def site(books: Books, twin: Twin) -> Iterator[Site]:
    """The pages of giving, at one checkout a second or so."""
    clock = FixedClock(NOON)
    with served(twin) as stripe:
        pledges = Pledges(books.engine, Gateway(KEY, "http://127.0.0.1", api_base=stripe), clock)
        app = FastAPI()
        app.router.routes += payment_routes(
            books.engine, pledges, clock, PAGES, surges=SurgeRules(stripe_limit=1)
        ).routes
        install_errors(app, PAGES)
        with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as browser:
            yield Site(browser, books, clock)


def give(site: Site, n: int) -> str:
    """Send the form of the n-th donor; where it leads."""
    answer = site.browser.post(GIVE, data=FORM | {"form_token": f"token-{n}", "email": f"d{n}@example.org"})
    assert answer.status_code == 303, words(answer.text)
    return re.sub("^https?://[^/]*", "", answer.headers["location"])


@pytest.fixture
def queued(site: Site) -> str:
    """The page of somebody who has to wait: others hold the moments of the next seconds."""
    with writing(site.books.engine) as conn:
        hold_back(conn, Lane.NEW, NOON + timedelta(seconds=20))
    return give(site, 1)


def test_the_queue_shows_the_place_and_leads_on_by_itself(site: Site, queued: str) -> None:
    """By script, and without; its address says nothing of anybody; the same form again keeps the place."""
    assert re.fullmatch(r"/c/libraries/payment/[0-9a-f]{32}", queued)
    page = site.browser.get(queued)
    assert page.status_code == 200
    assert "Your place in the queue: 16" in words(page.text)
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page.text
    assert site.browser.get(f"{queued}/place").json() == {"place": 16}
    assert give(site, 2) != queued
    assert give(site, 1) == queued
    site.clock.advance(timedelta(seconds=18))
    assert site.browser.get(f"{queued}/place").json() == {"place": 0}
    site.clock.advance(timedelta(seconds=2))
    assert "/checkout/cs_test_" in site.browser.get(queued).headers["location"]


def test_a_busy_stripe_leads_to_the_queue_and_then_to_payment(site: Site, twin: Twin) -> None:
    """The gift is kept, and the second attempt asks for the same."""
    set_chaos(twin.world, ChaosSettings(api_429=1.0))
    where = give(site, 1)
    assert re.fullmatch(r"/c/libraries/payment/[0-9a-f]{32}", where)
    assert site.browser.get(where).status_code == 200
    set_chaos(twin.world, CALM)
    site.clock.advance(timedelta(seconds=4))
    assert "/checkout/cs_test_" in site.browser.get(where).headers["location"]
    assert len(pending(site)) == 1


def test_a_ticket_leads_to_thanks_once_its_gift_is_paid(site: Site, queued: str) -> None:
    """And a ticket that nobody has given is not found, nor is its place."""
    [gift] = pending(site)
    with writing(site.books.engine) as conn:
        link_session(conn, gift, "cs_test_1")
    site.books.deliver(charged(gift=gift, amount=1250))
    site.clock.advance(timedelta(minutes=1))
    assert site.browser.get(queued).headers["location"].endswith("/thanks?session_id=cs_test_1")
    nobodys = f"/c/libraries/payment/{'0' * 32}"
    assert {site.browser.get(nobodys).status_code, site.browser.post(nobodys).status_code} == {404}
    assert site.browser.get(f"{nobodys}/place").status_code == 404


def test_who_waited_long_asks_stripe_for_a_session_that_stays_open(site: Site, queued: str) -> None:
    """Stripe refuses a session whose end is near: after twenty minutes it is another attempt."""
    site.clock.advance(timedelta(minutes=45))
    assert "/checkout/cs_test_" in site.browser.get(queued).headers["location"]
