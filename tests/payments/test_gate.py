"""The gate before Stripe, by the real pages: attacks make few sessions, a hall behind one address gets through."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import httpx2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.transactions import reading
from outbox.tables import letter
from payments.giving.admission_store import ADDRESS, LETTER_EMAIL
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.giving.surges import SurgeRules
from payments.stripe.gateway import Gateway
from sandbox.twin import open_twin
from tests.clock import FixedClock
from tests.payments.organisation_books import NOON, Books
from tests.payments.test_giving_pages import FORM, Site, pending, words
from tests.receipts.samples import PAGES
from tests.sandbox.loopback import KEY, served, settings
from web.errors import install_errors

GIVE = "/c/libraries/give"


@pytest.fixture
def site(books: Books) -> Iterator[Site]:
    """The pages of giving; requests come through a proxy on this machine, which names the client."""
    clock = FixedClock(NOON)
    with served(open_twin(settings(), real_time=NOON.timestamp)) as stripe:
        pledges = Pledges(books.engine, Gateway(KEY, "http://127.0.0.1", api_base=stripe), clock)
        app = FastAPI()
        app.router.routes += payment_routes(
            books.engine, pledges, clock, PAGES, surges=SurgeRules(stripe_limit=1000)
        ).routes
        install_errors(app, PAGES)
        client = ("127.0.0.1", 5000)
        with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False, client=client) as browser:
            yield Site(browser, books, clock)


def send(site: Site, n: int, *, address: str = "192.0.2.1", to: str = GIVE, **fields: str) -> httpx2.Response:
    """The form of the n-th donor, from this address."""
    form = FORM | {"form_token": "", "email": f"d{n}@example.org"} | fields
    return site.browser.post(to, data=form, headers={"x-forwarded-for": address})


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in pairs}


def solve(page: str) -> dict[str, str]:
    """The fields of a puzzle's page with its solution, as the page's script makes it."""
    attribute = re.search(r'data-puzzle="([^"]*)"', page)
    assert attribute
    puzzle = json.loads(html.unescape(attribute[1]))
    hashes = (sha256(f"{puzzle['salt']}{n}".encode()).hexdigest() for n in range(puzzle["maxnumber"] + 1))
    puzzle["number"] = next(n for n, digest in enumerate(hashes) if digest == puzzle["challenge"])
    return fields_of(page) | {"solution": b64encode(json.dumps(puzzle).encode()).decode()}


@pytest.fixture
def crowded(site: Site) -> Site:
    """So many came from one address that the next is asked for a puzzle."""
    free = ADDRESS.most // 2
    assert [send(site, n).status_code for n in range(free)] == [303] * free
    return site


def test_above_the_limit_a_browser_solves_a_puzzle_and_goes_on(crowded: Site) -> None:
    """What was filled in is kept; the same solution again is the same gift, and good for no other."""
    saved = len(pending(crowded))
    page = send(crowded, 99, name="Zoë <&>")
    assert (page.status_code, "One moment, please" in words(page.text)) == (200, True)
    assert len(pending(crowded)) == saved
    solved = solve(page.text)
    assert (solved["name"], solved["email"]) == ("Zoë <&>", "d99@example.org")
    for _ in range(2):
        answer = crowded.browser.post(GIVE, data=solved, headers={"x-forwarded-for": "192.0.2.1"})
        assert "/checkout/cs_test_" in answer.headers["location"]
    assert len(pending(crowded)) == saved + 1
    assert "One moment" in send(crowded, 100, solution=solved["solution"]).text
    assert send(crowded, 101, address="203.0.113.1").status_code == 303


def test_without_a_script_a_letter_leads_on(crowded: Site) -> None:
    """It leads to a page with a button, so that a mail filter that follows links begins nothing."""
    page = send(crowded, 99)
    for _ in range(5):
        answer = crowded.browser.post(f"{GIVE}/letter", data=fields_of(page.text))
        assert "Look into your email" in words(answer.text)
    with reading(crowded.books.engine) as conn:
        [(to, text)] = conn.execute(sa.select(letter.c.to_address, letter.c.text)).all()
    assert to == "d99@example.org"
    link = re.search(r"/c/libraries/payment/[0-9a-f]{32}", text)
    assert link
    shown = crowded.browser.get(link[0])
    assert "Continue to payment" in words(shown.text)
    assert "/checkout/cs_test_" in crowded.browser.post(link[0]).headers["location"]


def test_one_address_cannot_be_flooded_with_letters(site: Site) -> None:
    """Of many different forms."""
    for n in range(LETTER_EMAIL.most + 3):
        send(site, 1, to=f"{GIVE}/letter", other_amount=str(10 + n))
    with reading(site.books.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(letter)) == LETTER_EMAIL.most


def test_a_program_that_fills_in_everything_gets_no_session(site: Site) -> None:
    """It is answered like anybody whose gift went on; so is its wish for a letter."""
    answer = send(site, 1, homepage="https://spam.example")
    assert (answer.status_code, answer.headers["location"].endswith("/c/libraries")) == (303, True)
    assert send(site, 1, homepage="x", to=f"{GIVE}/letter").status_code == 200
    assert pending(site) == []


def test_another_attempt_is_counted_as_well(crowded: Site) -> None:
    """Each would be another session for the same gift."""
    [gift, *_] = pending(crowded)
    answer = crowded.browser.post(GIVE, data={"retry": gift}, headers={"x-forwarded-for": "192.0.2.1"})
    assert "One moment" in answer.text
    assert "/checkout/cs_test_" in crowded.browser.post(GIVE, data=solve(answer.text)).headers["location"]
