"""Two donors whom staff found to be one person: nothing is moved, either address opens one page."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.transactions import reading
from donors.merge_store import ids_of_person
from donors.tables import donor
from staff.role import Role
from tests.payments.messages import charged
from tests.payments.organisation_books import Books, gift_id
from tests.payments.own.own_site import OwnSite
from tests.receipts.samples import PAGES
from tests.staff.signing_in import sign_in_as
from treasury.routes import treasury_routes
from web.errors import install_errors


@pytest.fixture
def desk(site: OwnSite, books: Books) -> Iterator[TestClient]:
    """A treasurer at the desk; two donors have given £25 each."""
    books.pledge(n=2)
    books.deliver(charged("2", gift=gift_id(2)))
    app = FastAPI()
    app.router.routes += treasury_routes(site.engine, site.clock, PAGES).routes
    install_errors(app, PAGES)
    with TestClient(app, base_url=PAGES.base_url, follow_redirects=False) as browser:
        sign_in_as(browser, site.engine, site.clock(), Role.TREASURER)
        yield browser


def id_of(site: OwnSite, email: str) -> str:
    """A donor's id."""
    with reading(site.engine) as conn:
        return str(conn.scalars(sa.select(donor.c.id).where(donor.c.email == email)).one())


def merged(site: OwnSite, desk: TestClient) -> str:
    """Merge the second donor into the first by the desk's buttons; the page that follows."""
    first, second = id_of(site, "donor1@example.org"), id_of(site, "donor2@example.org")
    assert second in desk.get("/desk/donors?find=donor2").text
    assert "Donor 2" in desk.get(f"/desk/donors/{first}/merge?with=donor2").text
    answer = desk.post(f"/desk/donors/{first}/merge", data={"other": second})
    assert answer.headers["location"] == f"/desk/donors/{first}"
    return desk.get(answer.headers["location"]).text


def test_either_address_opens_the_gifts_of_both(site: OwnSite, desk: TestClient) -> None:
    """Receipts too; the desk shows them as one, and who merged them."""
    page = merged(site, desk)
    assert page.count("£25.00") == 4  # two gifts and their receipts
    assert "£50.00" in page  # given in all
    assert "donor2@example.org" in page

    site.enter("donor2@example.org")
    assert site.browser.get("/giving").text.count("£25.00") == 2


def test_a_merge_can_be_undone(site: OwnSite, desk: TestClient) -> None:
    """Each donor then has what they had; both acts are logged."""
    page = merged(site, desk)
    path = next(part for part in page.split('"') if part.endswith("/undo"))
    assert desk.post(path).status_code == 303
    assert desk.post(path).status_code == 404
    site.enter("donor2@example.org")

    assert site.browser.get("/giving").text.count("£25.00") == 1
    with reading(site.engine) as conn:
        acts = conn.scalars(sa.text("SELECT what FROM act WHERE what LIKE 'donor.%' ORDER BY what")).all()
    assert acts == ["donor.merge", "donor.undo_merge"]


def test_a_circle_of_merges_cannot_be_made(site: OwnSite, desk: TestClient) -> None:
    """Two who are one person already are refused, in either direction."""
    merged(site, desk)
    first, second = id_of(site, "donor1@example.org"), id_of(site, "donor2@example.org")
    answers = [desk.post(f"/desk/donors/{one}/merge", data={"other": other}).status_code
               for one, other in ((second, first), (first, second), (first, first), (first, "nobody"))]  # fmt: skip

    assert answers == [409] * 4
    with reading(site.engine) as conn:
        assert ids_of_person(conn, second) == [first, second]


def test_a_donor_who_writes_a_letter_is_erased_at_the_desk(site: OwnSite, desk: TestClient) -> None:
    """After a password or a code, with every part of them."""
    merged(site, desk)
    first = id_of(site, "donor1@example.org")
    assert "until 31 December 2032" in desk.get(f"/desk/donors/{first}/erase").text
    assert desk.post(f"/desk/donors/{first}/erase").status_code == 303

    with reading(site.engine) as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM erasure")) == 2
