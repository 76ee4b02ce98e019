"""The desk opens to signed-in treasurers, and its figures lead to the lists behind them."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import writing
from payments.gifts.gift import DonorDetails
from payments.gifts.store import add_gift
from payments.giving.admission_store import Admission, CountedForm
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.messages import charge, charged, delivery, event
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, Desk
from tests.staff.signing_in import sign_in_as, staff_pages
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"


@pytest.fixture
def visitor(engine: Engine, clock: FixedClock, desk: Desk) -> TestClient:
    """Somebody who has not signed in, on the real routes."""
    site = pages("test", BASE_URL)
    app = FastAPI()
    app.router.routes += staff_pages(engine, clock, site).routes
    app.router.routes += treasury_routes(desk.books.engine, clock, site).routes
    install_errors(app, site)
    return TestClient(app, base_url=BASE_URL, follow_redirects=False)


@pytest.fixture
def treasurer(visitor: TestClient, engine: Engine, clock: FixedClock) -> TestClient:
    """Ada, signed in."""
    sign_in_as(visitor, engine, clock())
    return visitor


def words(html: str) -> str:
    """What can be read."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@ON_SQLITE
@pytest.mark.parametrize("path", ["/desk", "/desk/entries", "/desk/entries?campaign=1&month=2026-11"])
def test_nobody_else_sees_the_desk(visitor: TestClient, desk: Desk, path: str) -> None:
    """No name and no figure without a session."""
    desk.give(1, 2500)
    visitor.cookies.set("session", "made up")

    answer = visitor.get(path)

    assert (answer.status_code, "Donor 1" in answer.text, "£25" in answer.text) == (403, False, False)


def test_signing_out_closes_the_desk(treasurer: TestClient) -> None:
    """Also for a copy of the cookie."""
    cookie = treasurer.cookies["session"]
    treasurer.post("/desk/sign-out")
    treasurer.cookies.set("session", cookie)

    assert treasurer.get("/desk").status_code == 403


def test_a_session_in_use_stays_and_an_idle_one_ends(treasurer: TestClient, clock: FixedClock) -> None:
    """An hour without use."""
    statuses = []
    for minutes in (50, 50, 61):
        clock.advance(timedelta(minutes=minutes))
        statuses.append(treasurer.get("/desk").status_code)

    assert statuses == [200, 200, 403]


def test_an_empty_desk_says_so(treasurer: TestClient) -> None:
    """Instead of empty tables."""
    page = treasurer.get("/desk").text

    assert ("No gift has been received yet" in page, "<table" in page) == (True, False)


def test_the_desk_has_totals_by_campaign_and_month(treasurer: TestClient, desk: Desk) -> None:
    """A line each, and one for all."""
    desk.give(1, 2500)
    desk.give(2, 1050, BUSES)
    desk.give(3, 500, BUSES, days_ago=40)

    text = words(treasurer.get("/desk/trends").text)

    assert "Save our libraries 1 £25.00 Bring back the bus 2 £15.50 All 3 £40.50" in text
    assert "November 2026 2 £35.50 October 2026 1 £5.00 All 3 £40.50" in text


def test_every_figure_leads_to_a_list_with_the_same_total(treasurer: TestClient, desk: Desk) -> None:
    """Each link of the desk's first page and of its charts, followed."""
    desk.give(1, 2500)
    desk.give(2, 1050, BUSES)
    desk.give(3, 500, BUSES, days_ago=40)
    pages = treasurer.get("/desk").text + treasurer.get("/desk/trends").text
    links = re.findall(r'href="(/desk/(?:entries|gifts)[?][^"]*)">([\u2212£0-9,.]+)<', pages)

    assert len(links) == 15  # two months, where the money is; campaigns, months, kinds of gifts, the way to the bank
    for address, figure in links:
        page = treasurer.get(address.replace("&amp;", "&")).text
        assert re.search(f"[0-9]+ rows? {figure}", words(page))


def test_what_went_wrong_stands_under_things_to_do(treasurer: TestClient, desk: Desk) -> None:
    """A charge of another amount, and a message that could not be booked."""
    desk.books.pledge(1, amount=2500)
    desk.books.deliver(charged("1", gift=gift_id(1), amount=2000))
    desk.books.deliver(delivery(event("charge.succeeded", charge("bad", gift=gift_id(9), currency="xxx"), name="odd")))

    text = words(treasurer.get("/desk").text)

    assert "Donor 1 was asked for £25.00 and charged £20.00" in text
    assert (
        "could not be booked. It is kept and tried again; no money is lost. charge.succeeded of 21 November 2026"
        in text
    )
    assert "evt_odd: " in text


def test_names_are_escaped(treasurer: TestClient, desk: Desk) -> None:
    """What a donor typed never runs on the treasurer's desk."""
    gift = replace(
        desk.books.pledge(1), id=gift_id(2), donor=DonorDetails("<script>alert(1)</script>", "x@example.org")
    )
    with writing(desk.books.engine) as conn:
        add_gift(conn, gift)
    desk.books.deliver(charged("2", gift=gift_id(2)))

    page = treasurer.get("/desk/gifts").text

    assert ("<script>alert" in page, "&lt;script&gt;alert(1)&lt;/script&gt;" in page) == (False, True)


def test_the_first_page_says_that_very_many_forms_come_in(
    treasurer: TestClient, engine: Engine, clock: FixedClock
) -> None:
    """And nothing of it in an ordinary hour."""
    assert "Very many forms" not in treasurer.get("/desk").text
    admission = Admission(engine, clock, b"k" * 32)
    for n in range(250):
        admission.needs_puzzle(CountedForm(f"10.{n}.0.1", f"d{n}@example.org", ""))
    assert "Very many forms come in." in words(treasurer.get("/desk").text)


def test_months_stand_before_what_is_left_to_set_up(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """Once money has come, the first screen has it; before that, setting up comes first."""
    step = SimpleNamespace(path="/desk/account", name="Your own way in", sentence="Choose a password.")
    missing = SimpleNamespace(done=5, items=range(6), next=step)
    app, site = FastAPI(), pages("test", BASE_URL)
    app.router.routes += treasury_routes(desk.books.engine, clock, site, missing_steps=lambda _member: missing).routes
    install_errors(app, site)
    browser = TestClient(app, base_url=BASE_URL)
    sign_in_as(browser, engine, clock())
    assert "Set-up: 5 of 6 steps are done" in browser.get("/desk").text

    desk.give(1, 2500)

    text = words(browser.get("/desk").text)
    assert text.count("Set-up: 5 of 6 steps are done") == 1
    assert text.index("This month and the last") < text.index("Set-up: 5 of 6 steps are done")
