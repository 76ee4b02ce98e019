"""A donor's postal address, where the law of receipts wants it: asked for with the gift, kept, and waited for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading, writing
from donors.erasure_store import erase_details
from donors.word_store import add_name, donors_called
from organisation.organisation import OrganisationProfile
from organisation.receipt_rules import PLACE, REGISTRATION, SIGNATORY, Jurisdiction, ReceiptRules
from organisation.store import add_first_version
from outbox.tables import letter as letter_table
from outbox.worker import Worker
from payments.gifts.details_store import name_giver
from payments.gifts.tables import gift as gift_table
from payments.giving.donor_form import FormRules
from payments.giving.pledges import Pledges
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_store import postal_address_of, put_postal_address
from payments.giving.routes import payment_routes
from payments.letters.held_receipts import releasing
from payments.stripe.gateway import Gateway
from receipts.document import DocumentIssuer
from receipts.jobs import PRINT, print_handler, waiting_prints
from receipts.jurisdictions import facts_asked_of_donors, require_facts
from receipts.sheets import Document
from receipts.store import Issued, pdf_of, receipt_by_number, receipt_of_gift
from receipts.void_store import voids_of_receipts
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.conftest import LONDON
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.own.own_site import open_own_site
from tests.payments.test_form_pages import FORM, GIVE, filled, only_gift
from tests.payments.test_giving_pages import CLOSED_PORT, Site, pending
from tests.receipts.printing_here import here
from tests.receipts.samples import COALITION, PAGES
from web.errors import install_errors

FACTS = {REGISTRATION: "123456789 RR 0001", PLACE: "Toronto, Ontario", SIGNATORY: "Margaret Chen, Treasurer"}
CANADIAN = OrganisationProfile(COALITION, "en_CA", receipts=ReceiptRules(Jurisdiction.CANADA, FACTS))
MAPLE = PostalAddress("55 Maple Avenue", "Toronto", "ON", "M4B 1B3", "")
TYPED = {"post_street": "55 Maple Avenue", "post_town": "Toronto", "post_region": "ON", "post_postcode": "M4B 1B3"}
LINES = ("55 Maple Avenue", "Toronto ON M4B 1B3")
ISSUER = DocumentIssuer(CANADIAN, "live", LONDON, "https://give.example/verify")


@pytest.fixture
def canada(books: Books) -> Books:
    """The books of a charity in Canada."""
    with writing(books.engine) as conn:
        add_first_version(conn, CANADIAN, "test", NOON)
    return books


def open_form(books: Books, law: str) -> TestClient:
    """The form of an organisation under this law."""
    rules = FormRules(for_receipts=lambda: facts_asked_of_donors(law))
    pledges = Pledges(books.engine, Gateway("sk_test_x", "http://127.0.0.1", api_base=CLOSED_PORT), FixedClock(NOON))
    app = FastAPI()
    app.router.routes += payment_routes(books.engine, pledges, FixedClock(NOON), PAGES, rules).routes
    install_errors(app, PAGES)
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture
def site(canada: Books) -> Iterator[Site]:
    """Its form."""
    with open_form(canada, Jurisdiction.CANADA) as browser:
        yield Site(browser, canada, FixedClock(NOON))


def issued_of(engine: Engine, gift: str) -> Issued:
    """The latest receipt of a gift."""
    with reading(engine) as conn:
        issued = receipt_of_gift(conn, gift)
    assert issued is not None
    return issued


class Stamp:
    """A printer that writes a number where nothing is missing."""

    def print(self, document: Document, /) -> bytes:
        """Its number; raises FactsMissing."""
        require_facts(document)
        return document.number.encode()


def work(books: Books, clock: FixedClock) -> None:
    """What the worker does with receipts."""
    release = releasing(books.engine, PAGES, lambda: ISSUER, clock)
    handlers = {PRINT: print_handler(books.engine, here(Stamp()), clock, release=release)}
    others = ("receipts.letter", "outbox.send", "stripe.settle", "gift.refund", "receipts.credit")
    Worker(books.engine, dict.fromkeys(others, lambda _payload: None) | handlers, clock).run_due()


@ON_SQLITE
def test_the_form_asks_where_the_law_wants_it_and_nowhere_else(site: Site) -> None:
    """With what browsers fill in; the name is no choice there either."""
    form = site.browser.get(GIVE).text
    for name in ("street-address", "address-level2", "address-level1", "postal-code", "country-name"):
        assert f'autocomplete="{name}"' in form
    assert ("Full name (optional)" in form, "Your postal address" in form) == (False, True)
    with open_form(site.books, Jurisdiction.UK) as browser:
        british = browser.get(GIVE).text
        assert ("Full name (optional)" in british, "postal" in british) == (True, False)
        assert browser.post(GIVE, data=FORM | TYPED).status_code == 503  # what is not asked for is not kept
    with reading(site.books.engine) as conn:
        assert postal_address_of(conn, only_gift(site).id) is None


@ON_SQLITE
def test_a_gift_without_its_address_goes_back_to_the_form(site: Site) -> None:
    """Each sentence leads to its field, and nothing is lost."""
    answer = site.browser.post(GIVE, data=FORM | {"post_town": "Toronto"})

    assert (answer.status_code, pending(site)) == (422, [])
    for words in ("Enter your full name.", "Enter your street and house number.", "Enter your postal code."):
        assert answer.text.count(words) == 2
    assert 'href="#post_street"' in answer.text
    assert filled(answer.text)["post_town"] == "Toronto"


@ON_SQLITE
def test_the_address_stands_on_the_receipt(site: Site) -> None:
    """Kept with the gift, frozen in the receipt, which lacks nothing then."""
    assert site.browser.post(GIVE, data=FORM | TYPED | {"name": "Zoë Ünal"}).status_code == 503
    gift = only_gift(site)
    with reading(site.books.engine) as conn:
        assert postal_address_of(conn, gift.id) == MAPLE
    site.books.deliver(charged(gift=gift.id))

    receipt = issued_of(site.books.engine, gift.id).receipt
    assert (receipt.donor_name, receipt.donor_address) == ("Zoë Ünal", LINES)
    require_facts(receipt)
    cancelled = site.browser.get(GIVE, params={"cancelled": gift.return_token}).text
    assert "Maple Avenue" not in cancelled  # paid: whoever has the address of the form learns nothing


@pytest.fixture
def waiting(canada: Books) -> Books:
    """A receipt waits for the donor's address, and was tried twice."""
    canada.pledge()
    canada.deliver(charged(gift=gift_id(1)))
    for at in (NOON, NOON + timedelta(hours=1)):
        work(canada, FixedClock(at))
    return canada


def test_a_receipt_that_waits_is_asked_for_once(waiting: Books) -> None:
    """By a letter to the donor; the desk says what is missing."""
    with reading(waiting.engine) as conn:
        [held] = waiting_prints(conn).documents
        letters = conn.execute(sa.select(letter_table)).all()

    assert held.number == "2026-000001"
    assert held.why.startswith("its law asks for the donor\u2019s postal address.")
    assert [(letter.key, letter.subject) for letter in letters] == [
        (f"receipt-waits:{gift_id(1)}", "Your receipt waits for your postal address")
    ]


def test_a_receipt_that_waited_goes_on_when_its_donor_types_the_address(waiting: Books) -> None:
    """The first number stays taken, and is void; the second is printed."""
    clock = FixedClock(NOON + timedelta(hours=1))
    with open_own_site(waiting.engine, clock) as site:
        site.enter("donor1@example.org")
        assert "A receipt waits for you." in site.text("/giving")
        assert site.browser.post("/giving/address", data={"name": "Donor 1"}).status_code == 422
        answer = site.browser.post("/giving/address", data={"name": "Donor 1"} | TYPED)
        assert answer.headers["location"] == "/giving"
        work(waiting, clock)
        assert "waits for you" not in site.text("/giving")
        assert site.browser.get("/giving/address").status_code == 404  # nothing wants it any more

    with reading(waiting.engine) as conn:
        first, second = (receipt_by_number(conn, f"2026-{n:06d}") for n in (1, 2))
        assert first is not None
        assert second is not None
        assert voids_of_receipts(conn, [first.id])[first.id].replaced_by == "2026-000002"
        assert (second.receipt.donor_address, pdf_of(conn, second.id)) == (LINES, b"2026-000002")
        assert list(waiting_prints(conn).documents) == []


@ON_SQLITE
def test_a_donor_who_types_their_name_is_found_by_it(books: Books) -> None:
    """Of a gift that had none; and not once they are erased."""
    books.pledge()
    donor_id = str(books.gift(1).donor_id)
    with writing(books.engine) as conn:
        conn.execute(sa.update(gift_table).values(donor_name=""))
        name_giver(conn, [gift_id(1)], "Zoë Ünal")
        assert conn.scalars(donors_called(conn, "unal")).all() == [donor_id]
        erase_details(conn, [donor_id])
        add_name(conn, donor_id, "Zoë Ünal")
        assert conn.scalars(donors_called(conn, "unal")).all() == []


@ON_SQLITE
def test_an_organisation_s_own_fact_lets_its_receipts_go_on(books: Books) -> None:
    """Entered at the desk, it is on them an hour later at most."""
    bare = replace(CANADIAN, receipts=ReceiptRules(Jurisdiction.CANADA))
    with writing(books.engine) as conn:
        add_first_version(conn, bare, "test", NOON)
    books.pledge()
    with writing(books.engine) as conn:
        put_postal_address(conn, [gift_id(1)], MAPLE, NOON)
    books.deliver(charged(gift=gift_id(1)))

    work(books, FixedClock(NOON))  # ISSUER has the facts by now

    receipt = issued_of(books.engine, gift_id(1)).receipt
    assert (receipt.number, dict(receipt.legal_facts)) == ("2026-000002", FACTS)
