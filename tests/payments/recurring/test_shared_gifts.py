"""A gift that its donor shares over several campaigns, from the page to the receipt, through the twin."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from campaigns.campaign import Campaign, CampaignState
from campaigns.store import add_campaign, campaign_by_id, change_campaign, progress
from database.transactions import reading, writing
from ledger.money import GBP
from organisation.organisation import GivingRules
from outbox.tables import letter
from payments.gifts.gift import Gift
from payments.gifts.store import gifts
from payments.gifts.tables import gift as gift_table
from payments.giving.donor_form import FormRules
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.letters.receipt_letters import receipt_letter_handler
from payments.stripe.gateway import Gateway
from payments.thanks.routes import thanks_routes
from proof.audit import audit_all
from receipts.store import receipt_of_gift
from tests.payments.organisation_books import Books
from tests.payments.recurring.recurring_setup import MONTH, RecurringSetup
from tests.payments.test_giving_pages import words
from tests.receipts.samples import PAGES
from tests.sandbox.loopback import KEY, stripe_client
from web.errors import install_errors

LIBRARIES, BUSES, LEEDS = 1, 2, 3
WHO = {"email": "zoe@example.org", "form_token": "token"}
OWN = WHO | {"choice": "own", "give_2": "yes", "part_2": "£10", "give_3": "yes", "part_3": "5.01"}
EQUAL = WHO | {"give_1": "yes", "give_2": "yes", "give_3": "yes", "amount": "other", "other_amount": "10"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is split does not depend on the engine."""
    return sqlite_url


@pytest.fixture
def books(books: Books) -> Books:
    """Libraries have a fifth of what is given to their group in Leeds."""
    with writing(books.engine) as conn:
        add_campaign(conn, Campaign(0, "leeds", "Leeds readers", "Local.", GBP, parent_id=LIBRARIES))
    change(books, LIBRARIES, group_share=20)
    return books


def change(books: Books, number: int, **changed: Any) -> None:
    """An organiser edits a campaign."""
    with writing(books.engine) as conn:
        campaign = campaign_by_id(conn, number)
        assert campaign is not None
        change_campaign(conn, campaign, replace(campaign, **changed))


@pytest.fixture
def browser(setup: RecurringSetup) -> Iterator[TestClient]:
    """A donor's browser, without JavaScript."""
    engine, clock, app = setup.engine, setup.twin.now, FastAPI()
    pledges = Pledges(engine, Gateway(KEY, "http://127.0.0.1", api_base=setup.url), clock)
    app.router.routes += payment_routes(
        engine, pledges, clock, PAGES, FormRules(lambda: GivingRules(("month",)))
    ).routes
    app.router.routes += thanks_routes(engine, clock, PAGES, lambda: GivingRules(("month",))).routes
    install_errors(app, PAGES)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


def paid(setup: RecurringSetup, browser: TestClient, form: dict[str, str]) -> Gift:
    """The form is sent, and paid at the twin."""
    answer = browser.post("/give", data=form)
    assert (answer.status_code, answer.headers.get("location", "")[:4]) == (303, "http"), words(answer.text)
    [gift] = every_gift(setup)
    assert gift.session_id is not None
    setup.twin.pay(gift.session_id)
    setup.deliver()
    return every_gift(setup)[0]


def every_gift(setup: RecurringSetup) -> list[Gift]:
    """Every gift, the oldest first."""
    with reading(setup.engine) as conn:
        ids = list(conn.scalars(sa.select(gift_table.c.id)))
        return sorted(gifts(conn, ids).values(), key=lambda gift: gift.created_at)


def pence(gift: Gift) -> dict[int, int]:
    """What is for each campaign."""
    return {share.campaign: share.amount.minor for share in gift.allocations}


def raised(setup: RecurringSetup) -> list[int]:
    """What each campaign has raised, its groups' gifts with it."""
    with reading(setup.engine) as conn:
        campaigns = [campaign_by_id(conn, number) for number in (LIBRARIES, BUSES, LEEDS)]
        return [progress(conn, campaign, setup.twin.now()).raised.minor for campaign in campaigns if campaign]


def receipt_lines(setup: RecurringSetup, gift: Gift) -> list[tuple[str, int]]:
    """What the gift's receipt names."""
    with reading(setup.engine) as conn:
        issued = receipt_of_gift(conn, gift.id)
        assert issued is not None
        return [(line.campaign, line.amount.minor) for line in issued.receipt.lines]


def test_one_payment_with_own_amounts_is_one_gift_and_one_receipt(setup: RecurringSetup, browser: TestClient) -> None:
    """£10 for the buses and £5.01 for Leeds, of which the libraries have a fifth; half of it goes back from each."""
    gift = paid(setup, browser, OWN)
    assert pence(gift) == {BUSES: 1000, LEEDS: 401, LIBRARIES: 100}
    named = [("Bring back the bus", 1000), ("Leeds readers", 401), ("Save our libraries", 100)]
    assert receipt_lines(setup, gift) == named
    assert raised(setup) == [501, 1000, 401]

    page = words(browser.get(f"/thanks?session_id={gift.session_id}").text)
    assert "Bring back the bus £10.00 Leeds readers £4.01 Save our libraries £1.00" in page
    with reading(setup.engine) as conn:
        issued = receipt_of_gift(conn, gift.id)
        assert issued is not None
    receipt_letter_handler(setup.engine, PAGES, setup.twin.now)({"number": issued.receipt.number})
    with reading(setup.engine) as conn:
        text = conn.scalar(sa.select(letter.c.text).where(letter.c.key == f"receipt:{issued.receipt.number}"))
    assert "Bring back the bus: £10.00\nLeeds readers: £4.01\nSave our libraries: £1.00" in str(text)

    stripe_client(setup.url).v1.refunds.create({"payment_intent": gift.payment or "", "amount": 750})
    setup.deliver()
    assert raised(setup) == [501 - 200 - 50, 500, 201]
    with reading(setup.engine) as conn:
        assert [finding.name for finding in audit_all(conn, setup.twin.now) if finding.has_failed] == []


def test_each_instalment_in_equal_parts_is_split_in_the_same_way(setup: RecurringSetup, browser: TestClient) -> None:
    """£10 a month over three: the penny that is left goes to the campaign that was made first, each month."""
    first = paid(setup, browser, EQUAL | {"interval": "month"})
    assert pence(first) == {LIBRARIES: 334 + 67, BUSES: 333, LEEDS: 266}
    setup.wait(MONTH)
    setup.deliver()
    [_, second] = every_gift(setup)
    assert pence(second) == pence(first)
    assert receipt_lines(setup, second) == receipt_lines(setup, first)
    assert raised(setup) == [2 * (401 + 266), 2 * 333, 2 * 266]


def test_a_campaign_that_closed_is_said_and_nothing_typed_is_lost(setup: RecurringSetup, browser: TestClient) -> None:
    """Nothing is saved. A draft is refused without its name."""
    change(setup.books, BUSES, state=CampaignState.CLOSED)
    answer = browser.post("/give", data=OWN)
    assert answer.status_code == 422
    assert "Bring back the bus takes no donations now." in words(answer.text)
    assert ('value="5.01"' in answer.text, 'value="zoe@example.org"' in answer.text) == (True, True)
    change(setup.books, BUSES, state=CampaignState.DRAFT)
    draft = words(browser.post("/give", data=OWN).text)
    assert ("One of these campaigns takes no donations now." in draft, "the bus" in draft) == (True, False)
    assert every_gift(setup) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"give_2": "", "give_3": ""}, "Choose at least one campaign."),
        ({"part_2": ""}, "Enter an amount for Bring back the bus, or take out its tick."),
        ({"part_2": "ten"}, "Enter an amount"),
        ({"part_2": "0.50", "part_3": "0.50"}, "Enter an amount of £2 or more."),
        ({"interval": "year"}, "Bring back the bus does not take donations so often."),
        ({"give_2": "", "part_3": ""}, "Enter an amount for Leeds readers, or take out its tick."),
    ],
)
def test_each_mistake_is_said_and_what_was_typed_stays(browser: TestClient, changed: dict[str, str], said: str) -> None:
    """Beside its field, and in the summary."""
    answer = browser.post("/give", data=OWN | changed)
    assert (answer.status_code, said in words(answer.text)) == (422, True), words(answer.text)
    assert 'value="zoe@example.org"' in answer.text


def test_a_link_chooses_campaigns_and_who_turned_back_finds_the_same(
    setup: RecurringSetup, browser: TestClient
) -> None:
    """`/give?c=buses&c=leeds&amount=1000`; what takes no gifts is left out. The form comes back from Stripe as sent."""
    linked = browser.get("/give?c=buses&c=nowhere&c=leeds&amount=1000&ref=leaflet-7").text
    assert re.findall(r'name="give_(\d)" value="yes" checked', linked) == ["3", "2"]
    assert ('value="leaflet-7"' in linked, 'value="10.00" ' in linked) == (True, True)
    browser.post("/give", data=OWN)
    [gift] = every_gift(setup)
    session = stripe_client(setup.url).v1.checkout.sessions.retrieve(gift.session_id or "")
    assert session.cancel_url == f"http://127.0.0.1/give?cancelled={gift.return_token}"
    back = browser.get(f"/give?cancelled={gift.return_token}").text
    assert "You have not paid." in back
    assert re.findall(r'name="(part_\d)" .*?value="([^"]+)"', back) == [("part_3", "5.01"), ("part_2", "10.00")]
    assert re.findall(r'name="give_(\d)" value="yes" checked', back) == ["3", "2"]


def test_the_same_page_twice_is_one_gift_and_after_it_was_paid_it_asks(
    setup: RecurringSetup, browser: TestClient
) -> None:
    """As on a campaign's form."""
    assert [browser.post("/give", data=OWN).status_code for _ in range(2)] == [303, 303]
    paid(setup, browser, OWN)
    again = browser.post("/give", data=OWN)
    assert (again.status_code, 'action="/give"' in again.text, 'name="part_2"' in again.text) == (409, True, True)
