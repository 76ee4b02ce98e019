"""The pages and files of lists, as a browser asks for them."""

import csv
import re
from io import StringIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import reading
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.payments.messages import charged
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, Desk, open_desk
from tests.proof.settled_books import everything
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.lists.catalogue import DESK_LISTS
from treasury.lists.list_page import PAGE_ROWS
from treasury.lists.routes import BATCH_ROWS
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"


@pytest.fixture
def engine(sqlite_url: str) -> Engine:
    """One engine: the questions are asked of both elsewhere."""
    return open_database(sqlite_url, durable=False)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Empty books with two campaigns."""
    return open_desk(engine)


@pytest.fixture
def treasurer(engine: Engine, clock: FixedClock) -> TestClient:
    """Ada, signed in, at the real routes."""
    site = pages("test", BASE_URL)
    app = FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, engine, clock())
    return client


def words(html: str) -> str:
    """What can be read."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def many_gifts(desk: Desk, count: int) -> None:
    """So many gifts of £2, each a share of one payment that is received."""
    for n in range(1, count + 1):
        desk.books.pledge(n, amount=200)
        desk.books.deliver(charged(str(n), gift=gift_id(n), amount=200))


def test_a_long_list_goes_on_at_the_next_page_and_back(treasurer: TestClient, desk: Desk) -> None:
    """Fifty rows a page; the total is that of all pages."""
    many_gifts(desk, PAGE_ROWS + 1)

    first = treasurer.get("/desk/gifts").text
    later = re.findall(r'href="([^"]*after=[^"]*)"', first)[0].replace("&amp;", "&")
    second = treasurer.get(later).text
    earlier = re.findall(r'href="([^"]*before=[^"]*)"', second)[0].replace("&amp;", "&")

    assert [page.count("£2.00") for page in (first, second)] == [PAGE_ROWS, 1]
    assert ["51 rows, all pages £102.00" in words(page) for page in (first, second)] == [True, True]
    assert ("after=" in second, "First page" in second, "First page" in first) == (False, True, False)
    assert re.findall(r"/desk/gifts/([0-9a-f-]{36})", treasurer.get(earlier).text) == re.findall(
        r"/desk/gifts/([0-9a-f-]{36})", first
    )


def test_a_file_holds_exactly_what_is_filtered(treasurer: TestClient, desk: Desk, engine: Engine) -> None:
    """All pages of it, whose sum is the page's total; and the log of acts says who took it."""
    many_gifts(desk, PAGE_ROWS + 1)
    desk.give(99, 700, BUSES)

    page = treasurer.get("/desk/gifts?campaign=1").text
    answer = treasurer.get(re.findall(r'href="([^"]*[.]csv[^"]*)"', page)[0])
    rows = list(csv.DictReader(StringIO(answer.text[1:], newline="")))

    assert (len(rows), {row["Amount"] for row in rows}, {row["For"] for row in rows}) == (
        PAGE_ROWS + 1, {"2.00"}, {"Save our libraries"},
    )  # fmt: skip
    assert answer.headers["content-disposition"] == 'attachment; filename="gifts-2026-11-21.csv"'
    assert answer.headers["cache-control"] == "no-store"
    with reading(engine) as conn:
        [act] = acts_on(conn, Subject("list", "gifts"))
    assert (act.what, act.after) == ("list.export", {"as": "csv"})


def test_a_file_goes_on_over_batches(treasurer: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row once."""
    monkeypatch.setattr("treasury.lists.routes.BATCH_ROWS", 2)
    assert BATCH_ROWS > 2
    many_gifts(desk, 5)

    lines = treasurer.get("/desk/gifts.csv?sort=amount").text.splitlines()

    assert len({line.rpartition(",")[2] for line in lines[1:]}) == len(lines) - 1 == 5


def test_every_list_has_its_page_and_its_files(treasurer: TestClient, desk: Desk) -> None:
    """Empty, and with something in it."""
    for desk_list in DESK_LISTS:
        assert desk_list.empty in words(treasurer.get(desk_list.path).text).replace("&#39;", "'")
    everything(desk)

    for path in (desk_list.path for desk_list in DESK_LISTS):
        assert [treasurer.get(f"{path}{kind}").status_code for kind in ("", ".csv", ".xlsx")] == [200, 200, 200]
        assert treasurer.get(f"{path}.xlsx").content[:2] == b"PK"
        assert "Nothing here matches" in words(treasurer.get(f"{path}?find=nobodyatall").text)
        refused = [treasurer.get(f"{path}{kind}?sort=odd") for kind in ("", ".csv", ".xlsx")]
        assert [answer.status_code for answer in refused] == [400] * 3
        assert all("“sort” takes one of" in page.text and 'aria-label="Desk"' in page.text for page in refused)


def test_the_menu_says_how_long_each_list_is(treasurer: TestClient, desk: Desk) -> None:
    """On every page of the desk."""
    everything(desk)
    menu = words(treasurer.get("/desk/discrepancies").text.partition("<nav")[2].partition("</nav>")[0])

    lists = "Gifts 1 Donors 1 Recurring 0 Refunds 1 Disputes 0 Payouts 1 Documents 1 Letters 0 Entries 7"
    assert lists in menu


def test_the_search_finds_people_and_sums_and_leads_to_what_has_one_name(treasurer: TestClient, desk: Desk) -> None:
    """And says kindly that it found nothing, with the desk around it."""
    everything(desk)
    desk.give(2, 700, BUSES)

    people = words(treasurer.get("/desk/search", params={"find": "donor 1"}).text)
    sums = words(treasurer.get("/desk/search", params={"find": "£10"}).text)
    nothing = treasurer.get("/desk/search", params={"find": "<nobody>"})

    assert ("Donors" in people, "donor1@example.org" in people, "Donor 2" in people) == (True, True, False)
    assert "Refunds Day Donor Refund State Amount 21 November 2026 Donor 1 re_1" in sums
    day, other = (words(treasurer.get("/desk/search", params={"find": text}).text) for text in ("21 nov", "2026-03-03"))
    assert ("Donor 2" in day, "What is dated 21 November 2026" in day) == (True, True)
    assert "Nothing here is of that day" in other
    assert treasurer.get("/desk/search", params={"find": "x" * 300}).status_code == 200
    assert ("Nothing here matches" in words(nothing.text), "<nobody>" in nothing.text) == (True, False)
    assert 'aria-label="Desk"' in nothing.text
    for text, path in (
        (" 2026-000001 ", f"/desk/gifts/{gift_id(1)}"),
        ("pi_1", f"/desk/gifts/{gift_id(1)}"),
        ("po_1", "/desk/trace/po_1"),
    ):
        assert treasurer.get("/desk/search", params={"find": text}).headers["location"] == path
    for n in range(3, 9):
        desk.give(n, 100, BUSES)
    many = words(treasurer.get("/desk/search", params={"find": "donor"}).text)
    assert ("All gifts that match" in people, "All gifts that match" in many) == (False, True)


def test_an_auditor_reads_every_list_and_an_organiser_none(
    treasurer: TestClient, desk: Desk, engine: Engine, clock: FixedClock
) -> None:
    """Nor the files, nor by searching."""
    everything(desk)
    paths = [f"{desk_list.path}{kind}" for desk_list in DESK_LISTS for kind in ("", ".csv")]
    paths += ["/desk/search?find=donor", f"/desk/gifts/{gift_id(1)}"]
    by_role = {}
    for role in (Role.AUDITOR, Role.ORGANISER):
        sign_in_as(treasurer, engine, clock(), role, f"{role.value}@example.org")
        by_role[role] = {treasurer.get(path).status_code for path in paths}

    assert by_role == {Role.AUDITOR: {200}, Role.ORGANISER: {403}}


def test_a_narrowed_list_says_to_what_above_its_rows(treasurer: TestClient, desk: Desk) -> None:
    """In a sentence that is printed too; the filter stays folded, so that the rows are on the first screen."""
    many_gifts(desk, 1)
    narrowed = treasurer.get("/desk/entries?figure=given&currency=GBP&from=2026-11-01&find=donor").text
    empty = treasurer.get("/desk/gifts?find=nobody").text

    assert "Only “donor”, Given, GBP, from 1 November 2026. Show the whole list" in words(narrowed)
    assert "Only “nobody”. Nothing here matches." in words(empty)
    assert "Show the whole list" not in treasurer.get("/desk/gifts").text
    assert "<details open" not in narrowed
    assert '<p class="printed">Wren &amp; Sons: a test, no money moved</p>' in narrowed
