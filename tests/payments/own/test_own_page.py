"""What else stands on a donor's own page: statements, consents, names on walls, a download."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa

from database.transactions import reading, writing
from payments.gifts.tables import gift
from tests.payments.messages import charged
from tests.payments.organisation_books import Books, gift_id
from tests.payments.own.own_site import OwnSite

DONOR = "donor1@example.org"


@pytest.fixture
def own(site: OwnSite) -> OwnSite:
    """The donor has opened their pages."""
    site.enter(DONOR)
    return site


def test_a_year_has_a_statement(own: OwnSite) -> None:
    """To print, and for a spreadsheet; a year without gifts has none."""
    assert "Together £25.00" in own.text("/giving/statement/2026")
    [row] = csv.DictReader(StringIO(own.browser.get("/giving/statement/2026.csv").text))
    assert (row["campaigns"], row["amount"], row["paid_back"]) == ("Save our libraries", "25.00", "0.00")
    assert own.browser.get("/giving/statement/2025").status_code == 404


def test_a_consent_is_given_and_withdrawn(own: OwnSite) -> None:
    """In the words that are offered; a channel that is not offered cannot be agreed to."""
    assert "By email: no." in own.text("/giving")
    assert own.browser.post("/giving/consents/email", data={"agree": "yes"}).status_code == 303
    assert "By email: you agree, since" in own.text("/giving")
    own.clock.now += timedelta(minutes=1)  # type: ignore[attr-defined]
    own.browser.post("/giving/consents/email", data={"agree": "no"})
    assert "By email: not since" in own.text("/giving")
    assert own.browser.post("/giving/consents/sms", data={"agree": "yes"}).status_code == 404


def test_a_name_leaves_the_wall(own: OwnSite) -> None:
    """One gift's, when its donor asks; nobody asks for another's."""
    with writing(own.engine) as conn:
        conn.execute(sa.update(gift).values(show_name=True))
    assert "page: Donor 1" in own.text("/giving")
    assert own.browser.post(f"/giving/gifts/{gift_id(1)}/hide-name").status_code == 303
    assert own.browser.post(f"/giving/gifts/{gift_id(9)}/hide-name").status_code == 404

    with reading(own.engine) as conn:
        assert conn.scalars(sa.select(gift.c.show_name)).all() == [False]


def test_a_donor_takes_everything_that_is_kept(own: OwnSite, books: Books) -> None:
    """Their own and nobody else's, without what would open anything."""
    books.pledge(n=2)
    books.deliver(charged("2", gift=gift_id(2)))
    answer = own.browser.get("/giving/data.json")
    data = json.loads(answer.text)

    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert {section: len(rows) for section, rows in data.items() if rows} == {
        "details": 1, "gifts": 1, "shares": 1, "receipts": 1, "letters": 1,
    }  # fmt: skip
    assert data["gifts"][0]["donor_email"] == DONOR
    assert "donor2" not in answer.text
    assert "/giving/link/" not in answer.text
    fields = {(row["section"], row["field"]): row["value"] for row in csv.DictReader(
        StringIO(own.browser.get("/giving/data.csv").text))}  # fmt: skip
    assert fields["details", "name"] == "Donor 1"
