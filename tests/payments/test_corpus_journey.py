"""Hostile and real names on their way: form, thanks, wall, screen, letters, receipt, own pages, desk and files."""

import csv
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from campaigns.routes import campaign_routes
from campaigns.screen_routes import ScreenReader, screen_routes
from campaigns.store import GiftMeasures
from compliance.kept_by_law import KEPT_BY_LAW
from database.transactions import reading, writing
from donors.door import DonorDoor
from donors.routes import donor_sign_in_routes
from donors.tables import donor as donor_table
from ledger.money import GBP, Money
from organisation.organisation import GivingRules
from payments.gifts.campaign_views import donors_by_campaign, monthly_by_campaign
from payments.gifts.tables import gift as gift_table
from payments.gifts.wall_views import wall_entries
from payments.giving.donor_form import AskedAbove, FormRules
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.own.routes import own_routes
from payments.stripe.gateway import Gateway
from payments.stripe.portal import CustomerPortal
from payments.thanks.routes import thanks_routes
from receipts.routes import receipt_routes
from sandbox.twin import open_twin
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books
from tests.payments.test_form_pages import BOX, FORM, GIVE
from tests.payments.test_receipt_letters import work
from tests.receipts.samples import PAGES
from tests.sandbox.loopback import KEY, served, settings
from tests.speed import within
from tests.staff.signing_in import sign_in_as
from tests.web.corpus import ACCEPTED
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.spreadsheets import FORMULA_BEGINS
from web.typed import tidy

LONGEST_SECONDS = 0.5
KEPT = [tidy(text, 100) for text in ACCEPTED]
EXECUTED = ("<script>alert", "<img src=x", "<svg/onload", "<!--<script", 'href="javascript:')
MEASURES = GiftMeasures(donors_by_campaign, monthly_by_campaign, wall_entries)


@dataclass
class World:
    """A browser that sees every page, and the books behind it."""

    browser: TestClient
    books: Books
    clock: FixedClock

    def look(self, path: str) -> str:
        """A page as it was sent: quick, and nothing of the corpus is markup in it."""
        return safe(self.timed(path))

    def timed(self, path: str) -> Response:
        """What is there, in less than half a second of work."""
        with within(LONGEST_SECONDS, path):
            answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return answer


def safe(answer: Response) -> str:
    """The text of a page in which nothing would be executed, and nothing is escaped twice."""
    assert [mark for mark in EXECUTED if mark in answer.text] == []
    assert re.findall(r"<\w[^>]*[\"'] onmouseover=", answer.text) == []
    assert "&amp;lt;script" not in answer.text
    assert "&amp;#39;" not in answer.text
    return answer.text


def is_shown(text: str, page: str) -> bool:
    """Whether a page says this, escaped once."""
    return " ".join(text.split()) in " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.fixture
def stripe_address() -> Iterator[str]:
    """A twin."""
    with served(open_twin(settings(), real_time=NOON.timestamp)) as address:
        yield address


@pytest.fixture
def world(books: Books, stripe_address: str) -> Iterator[World]:
    """All routes that show what donors type."""
    clock, engine = FixedClock(NOON), books.engine
    rules = FormRules(lambda: GivingRules(("month",)), lambda: [BOX], lambda _: AskedAbove(Money(50_000, GBP)))
    pledges = Pledges(engine, Gateway(KEY, PAGES.base_url, api_base=stripe_address), clock)
    app = FastAPI()
    for router in (
        campaign_routes(engine, clock, PAGES, MEASURES),
        screen_routes(ScreenReader(engine, clock, PAGES, MEASURES)),
        payment_routes(engine, pledges, clock, PAGES, rules),
        thanks_routes(engine, clock, PAGES, lambda: GivingRules(("month",))),
        receipt_routes(engine, clock, PAGES),
        donor_sign_in_routes(engine, clock, PAGES),
        own_routes(engine, clock, PAGES, CustomerPortal(KEY, api_base=stripe_address), lambda: [BOX], KEPT_BY_LAW),
        treasury_routes(engine, clock, PAGES),
    ):
        app.router.routes += router.routes
    install_errors(app, PAGES)
    with TestClient(app, base_url=PAGES.base_url, follow_redirects=False) as browser:
        yield World(browser, books, clock)


def give_all(world: World) -> dict[str, tuple[str, str]]:
    """Give once under each name of the corpus and be paid; gift and session of each name."""
    gifts = {}
    for n, text in enumerate(ACCEPTED, 1):
        typed = {"name": text, "message": text, "show_name": "yes", "dedication": "memory", "dedication_name": text,
                 "dedication_letter_to": f"ada{n}@example.org", "email": f"zoe{n}@example.org",
                 "form_token": f"token{n}"}  # fmt: skip
        world.clock.now += timedelta(minutes=20)  # the form limits how often one address gives
        assert world.browser.post(GIVE, data=FORM | typed).status_code == 303
        with reading(world.books.engine) as conn:
            of = sa.select(gift_table.c.id, gift_table.c.session_id).where(gift_table.c.donor_email == typed["email"])
            row = conn.execute(of).one()
        world.books.deliver(charged(str(n), gift=row.id))
        gifts[KEPT[n - 1]] = (row.id, row.session_id)
    return gifts


@ON_SQLITE
def test_every_name_is_shown_as_typed_wherever_it_goes(world: World) -> None:
    """Nothing is executed, nothing is a formula, nothing is slow."""
    gifts = give_all(world)
    letters = work(world.books, world.clock)
    sees_public_pages(world, gifts)
    reads_letters([posted.letter.text for posted in letters], [posted.letter.html for posted in letters])
    sees_own_pages(world)
    sees_the_desk(world, gifts)


def sees_public_pages(world: World, gifts: dict[str, tuple[str, str]]) -> None:
    """Thanks, wall, list of supporters, big screen and widget."""
    for text, (_, session) in gifts.items():
        assert is_shown(text, world.look(f"/thanks?session_id={session}")), ascii(text)
    wall = world.look("/c/libraries/supporters") + world.look("/c/libraries")
    assert [text for text in KEPT if not is_shown(text, wall)] == []
    for path in ("/c/libraries/screen", "/c/libraries/screen/now", "/c/libraries/widget"):
        world.look(path)


def reads_letters(texts: list[str], pages: list[str]) -> None:
    """Plain text says it as it is; HTML escapes it once."""
    assert [text for text in KEPT if not any(text in letter for letter in texts)] == []
    assert [text for text in KEPT if not any(is_shown(text, page) for page in pages)] == []
    assert [mark for mark in EXECUTED for page in pages if mark in page] == []
    assert [tag for page in pages for tag in re.findall(r"<\w[^>]*onmouseover=[^>]*>", page)] == []


def sees_own_pages(world: World) -> None:
    """Each donor's page and downloads."""
    door = DonorDoor(world.books.engine, world.clock, PAGES.base_url)
    with reading(world.books.engine) as conn:
        donors = conn.execute(sa.select(donor_table.c.id, donor_table.c.name)).all()
    assert {donor.name for donor in donors} == set(KEPT)
    for donor in donors:
        with writing(world.books.engine) as conn:
            world.browser.cookies.set(door.cookie.name, door.open(conn, donor.id, None))
        world.look("/giving")
        assert donor.name in {row["name"] for row in world.timed("/giving/data.json").json()["details"]}
        has_no_formula(world.timed("/giving/data.csv").text, donor.name)
    world.browser.cookies.clear()


def sees_the_desk(world: World, gifts: dict[str, tuple[str, str]]) -> None:
    """Lists, their files, and each gift's trace."""
    sign_in_as(world.browser, world.books.engine, world.clock())
    for path in ("/desk/gifts", "/desk/donors"):
        page = world.look(path)
        assert [text for text in KEPT if not is_shown(text, page)] == []
        has_no_formula(world.timed(f"{path}.csv").text, *KEPT)
    for text, (identity, _) in gifts.items():
        assert is_shown(text, world.look(f"/desk/gifts/{identity}")), ascii(text)


def has_no_formula(file: str, *names: str) -> None:
    """The names stand in the file; no cell begins like a formula."""
    cells = {cell for row in csv.reader(StringIO(file, newline="")) for cell in row}
    assert [name for name in names if not {name, f"'{name}"} & cells] == []
    assert [cell for cell in cells if cell and cell[0] in FORMULA_BEGINS] == []
