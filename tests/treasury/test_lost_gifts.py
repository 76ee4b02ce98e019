"""A treasurer decides about gifts that only Stripe knows: one by one, or all at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from starlette.types import ASGIApp

from database.transactions import reading, writing
from ledger.money import GBP, Money
from organisation.organisation import UNREGULATED
from payments.books.lost_views import lost_gift_count
from payments.gifts.gift import DonorDetails
from payments.gifts.lost import LostGift, LostKind, LostShare
from payments.gifts.lost_store import add_lost
from payments.gifts.recurring import Interval
from payments.gifts.tables import gift, lost_gift, recurring
from payments.reading.happenings import ChargeSucceeded
from proof.store_audit import count_charges_without_gift
from staff.role import Role
from staff.tables import act
from tests.browser import PHONE, Tabs, assert_accessible, served
from tests.clock import FixedClock
from tests.payments.messages import MARK
from tests.payments.organisation_books import NOON, gift_id
from tests.payments.sample_happenings import apply_happenings
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as, sign_page_in, staff_pages
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.security import secure

PATH = "/desk/lost-gifts"


def lost_once(n: int, name: str, slug: str, minor: int) -> LostGift:
    """A gift given once that only Stripe knows."""
    donor = DonorDetails(name, f"{name.lower()}@example.org")
    at = NOON - timedelta(days=n)
    return LostGift(gift_id(n), LostKind.ONCE, gift_id(n), (LostShare(slug, Money(minor, GBP)),), donor, at)


@pytest.fixture
def lost(desk: Desk, engine: Engine) -> None:
    """Ben's for the libraries, Cleo's for a campaign that is lost as well, Mary's monthly one."""
    mary = LostGift(
        "rec-1", LostKind.RECURRING, gift_id(3), (LostShare("buses", Money(800, GBP)),),
        DonorDetails("Mary Seacole", "mary@example.org"), NOON - timedelta(days=3), Interval.MONTH, None, "sub_1",
    )  # fmt: skip
    for n, minor in ((1, 3000), (2, 2500)):
        charge = ChargeSucceeded(
            f"ch_{n}", f"pi_{n}", f"pi_{n}", Money(minor, GBP), "Visa ending 4242", NOON, gift_id(n), MARK
        )
        apply_happenings(desk.books, charge)
    with writing(engine) as conn:
        add_lost(conn, [lost_once(1, "Ben", "libraries", 3000), lost_once(2, "Cleo", "gone", 2500), mary], NOON)


def build(engine: Engine, clock: FixedClock, base_url: str, regime: str = UNREGULATED) -> FastAPI:
    """The desk of an organisation under these rules on political money."""
    site = pages("test", base_url, regime)
    app = FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    app.router.routes += staff_pages(engine, clock, site).routes
    app.mount("/static", site.static)
    install_errors(app, site)
    return app


@pytest.fixture
def treasurer(engine: Engine, clock: FixedClock, lost: None) -> TestClient:
    """A treasurer's browser."""
    browser = TestClient(build(engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, engine, clock())
    return browser


def rows(engine: Engine, table: sa.Table) -> int:
    """How many rows a table has."""
    with reading(engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_the_desk_leads_to_the_list_which_says_who_gave_what(treasurer: TestClient) -> None:
    """With the campaign, or a choice where Stripe names one that is not here."""
    assert "3 gifts are at Stripe and not here" in treasurer.get("/desk").text
    page = treasurer.get(PATH).text
    for words in ("£30.00", "Ben", "£8.00 a month", "mary@example.org", "Choose where this gift shall count"):
        assert words in page


def test_the_list_says_what_stripe_does_not_know(treasurer: TestClient, engine: Engine) -> None:
    """Of a subscription older than what we write into it: its end, why it ends, and how it was shared."""
    assert "Not known: whether its donor chose an end; Stripe has none." in treasurer.get(PATH).text  # Mary's
    mary = DonorDetails("Mary Seacole", "mary@example.org")
    shares = LostShare("libraries", Money(800, GBP)), LostShare("buses", Money(200, GBP))
    older = LostGift("rec-2", LostKind.RECURRING, gift_id(4), shares, mary, NOON, Interval.MONTH, stops_at=NOON)
    rule = ("libraries", 80), ("buses", 20)
    newer = replace(older, id="rec-3", first_gift=gift_id(5), stops_at=None, weights=rule, instalments=12, day=28)
    with writing(engine) as conn:
        add_lost(conn, [older, newer], NOON)
    page = treasurer.get(PATH).text
    for words in (
        "Stripe stops it on 21 November 2026",
        "so a pause does not move it",
        "each instalment is shared as the first was",
        "12 times in all",
        "on day 28 of the month",
    ):
        assert page.count(words) == 1, words


def test_all_at_once_makes_gifts_of_those_whose_campaign_is_known(treasurer: TestClient, engine: Engine) -> None:
    """Each with an act of its own, which names no donor. Pressed twice it is done once."""
    before = rows(engine, act)
    for _ in range(2):
        assert treasurer.post(PATH, follow_redirects=False).status_code == 303
    assert (rows(engine, gift), rows(engine, recurring), rows(engine, act) - before) == (2, 1, 2)
    with reading(engine) as conn:
        acts = conn.execute(sa.select(act.c.what, act.c.after).where(act.c.what == "gift.adopt")).all()
        assert lost_gift_count(conn) == 1
    assert sorted(row.after["amount_minor"] for row in acts) == [800, 3000]
    assert "Ben" not in str(acts)


def test_a_gift_of_a_lost_campaign_is_asked_where_it_shall_count(treasurer: TestClient, engine: Engine) -> None:
    """Without a choice the page says what to do; nothing is changed."""
    refused = treasurer.post(f"{PATH}/{gift_id(2)}", data={"campaign": ""})
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert rows(engine, gift) == 0
    assert treasurer.post(f"{PATH}/{gift_id(2)}", data={"campaign": "2"}, follow_redirects=False).status_code == 303
    assert rows(engine, gift) == 1


def test_what_is_left_stays_other_money_and_satisfies_the_audit(treasurer: TestClient, engine: Engine) -> None:
    """The names go with the decision."""
    for n in (1, 2):
        assert treasurer.post(f"{PATH}/{gift_id(n)}/leave", follow_redirects=False).status_code == 303
    with reading(engine) as conn:
        assert count_charges_without_gift(conn) == 0
        names = set(conn.scalars(sa.select(lost_gift.c.donor_name).where(lost_gift.c.kind == "once")))
    assert names == {""}
    assert treasurer.post(f"{PATH}/{gift_id(1)}").status_code == 404


def test_an_auditor_reads_and_decides_nothing(treasurer: TestClient, engine: Engine, clock: FixedClock) -> None:
    """No button, and no way around it."""
    auditor = TestClient(treasurer.app, base_url="http://127.0.0.1")
    sign_in_as(auditor, engine, clock(), Role.AUDITOR, "auditor@example.org")
    assert "Make it a gift" not in auditor.get(PATH).text
    assert auditor.post(PATH).status_code == 403
    assert rows(engine, gift) == 0


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_list_on_a_phone_and_a_desk(engine: Engine, clock: FixedClock, lost: None, browser_page: Tabs) -> None:
    """Nothing wider than the screen, nothing that axe finds, in light and dark, without script as well."""

    def page_of(base_url: str) -> ASGIApp:
        app = build(engine, clock, base_url)
        return secure(app, pages=pages("test", base_url), base_url=base_url, allowed_hosts=())

    with served(page_of) as address:
        for size in ((320, 640), PHONE, (768, 1024), (1280, 900)):
            for scheme in ("light", "dark"):
                tab = browser_page(javascript=size != PHONE, size=size)
                tab.emulate_media(color_scheme=scheme)
                sign_page_in(tab, address, engine, clock())
                tab.goto(address + PATH)
                assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
                if size != PHONE:
                    assert_accessible(tab)
