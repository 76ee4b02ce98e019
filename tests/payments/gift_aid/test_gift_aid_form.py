"""Gift Aid is declared on the way to Stripe, by the real routes, with Stripe out of reach."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from database.transactions import reading
from ledger.money import GBP, Money
from organisation.organisation import GivingRules
from payments.gift_aid.declaration_store import gift_aid_declared_with
from payments.gift_aid.declaration_views import counting_declarations
from payments.gift_aid.gift_aid_declaration import DeclarationPlace, DeclarationScope
from payments.gift_aid.taxpayer import Taxpayer
from payments.giving.donor_form import AskedAbove, FormRules
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.stripe.gateway import Gateway
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.gift_aid.samples import TODAY
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books
from tests.payments.test_form_pages import FORM, GIVE, filled, only_gift, sent
from tests.payments.test_giving_pages import CLOSED_PORT, Site, pending, words
from tests.receipts.samples import PAGES
from web.errors import install_errors

WANTED = {"gift_aid": "yes"}
ADA = {
    "tax_first_name": "Ada", "tax_last_name": "Byron", "tax_house": "12", "tax_street": "St James's Square\r\nLondon",
    "tax_postcode": "sw1y4jh", "tax_scope": "past_and_future", "tax_declaring": "yes",
}  # fmt: skip
COMPANY = {
    "donor_kind": "company", "declared_name": "Byron Ltd", "declared_address": "1 Lane\nLeeds",
    "declared_number": "01234567", "own_money": "yes", "declaring": "yes",
}  # fmt: skip


def open_site(books: Books, charity: str) -> tuple[FastAPI, FixedClock]:
    """The form of an organisation; of a charity, if it is called something."""
    clock = FixedClock(NOON)
    rules = FormRules(
        lambda: GivingRules(("month",)),
        asked_above=lambda _: AskedAbove(Money(50_000, GBP)),
        gift_aid_charity=lambda: charity,
    )
    pledges = Pledges(books.engine, Gateway("sk_test_x", "http://127.0.0.1", api_base=CLOSED_PORT), clock)
    app = FastAPI()
    app.router.routes += payment_routes(books.engine, pledges, clock, PAGES, rules).routes
    install_errors(app, PAGES)
    return app, clock


@pytest.fixture
def site(books: Books) -> Iterator[Site]:
    """The form of a charity."""
    app, clock = open_site(books, "Libraries for all")
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as browser:
        yield Site(browser, books, clock)


def test_a_taxpayer_declares_in_hmrcs_words_before_paying(site: Site) -> None:
    """The words, their version, name and address are kept; they count once the gift has come."""
    asked = site.browser.post(GIVE, data=FORM | WANTED)
    assert (asked.status_code, pending(site)) == (200, [])
    assert "There is a problem" not in asked.text
    text = words(asked.text)
    assert "Boost your donation by 25p of Gift Aid for every £1 you donate." in text
    assert "it is my responsibility to pay any difference" in text
    assert "Please notify Libraries for all if you want to cancel this declaration" in text
    fields = filled(asked.text)
    assert (fields["email"], fields["form_token"], "tax_scope" in fields) == ("zoe@example.org", "token", False)

    assert site.browser.post(GIVE, data=fields | ADA).status_code == 503
    gift = only_gift(site)
    with reading(site.books.engine) as conn:
        declared = gift_aid_declared_with(conn, gift.id)
        assert counting_declarations(conn) == []
    assert declared is not None
    assert declared.taxpayer == Taxpayer("Ada", "Byron", "12", "St James's Square\nLondon", "SW1Y 4JH")
    assert (declared.scope, declared.place) == (DeclarationScope.PAST_AND_FUTURE, DeclarationPlace.FORM)
    assert (declared.donor_id, declared.declared_on) == (gift.donor_id, TODAY)
    assert declared.words.startswith(
        "I want to Gift Aid my donation of £25 and any donations I make in the future or have made in the past 4 years"
        " to Libraries for all. I am a UK taxpayer and understand"
    )
    assert declared.words_version == "hmrc-2015-10-past_and_future"
    assert gift.donor.name == "Ada Byron"
    site.books.deliver(charged(gift=gift.id))
    with reading(site.books.engine) as conn:
        assert counting_declarations(conn) == [declared]


@ON_SQLITE
def test_the_same_form_is_one_gift_and_one_declaration(site: Site) -> None:
    """With another address it is another gift; a donor who turns back finds what was filled in, and declares anew."""
    assert len(sent(site, **WANTED, **ADA)) == 1
    assert len(sent(site, **WANTED, **ADA)) == 1
    token = only_gift(site).return_token
    page = site.browser.get(f"{GIVE}?cancelled={token}").text
    back = filled(page)
    assert (back["gift_aid"], back["tax_postcode"], "tax_scope" in back) == ("yes", "SW1Y 4JH", False)
    assert filled(site.browser.post(GIVE, data=back).text)["tax_house"] == "12"
    assert len(sent(site, **WANTED, **ADA | {"tax_house": "14"})) == 2


@ON_SQLITE
def test_a_donor_goes_on_without_gift_aid(site: Site) -> None:
    """By the other button, whatever was filled in; and whoever does not tick it is not asked."""
    asked = filled(site.browser.post(GIVE, data=FORM | WANTED).text)
    assert site.browser.post(GIVE, data=asked | {"without_gift_aid": "yes"}).status_code == 503
    with reading(site.books.engine) as conn:
        assert gift_aid_declared_with(conn, only_gift(site).id) is None
    assert len(sent(site, other_amount="", form_token="another")) == 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"tax_first_name": ""}, "tax_first_name", "Enter your first name"),
        ({"tax_last_name": "李"}, "tax_last_name", "Write this in the letters of the Latin alphabet"),
        ({"tax_house": "x" * 41}, "tax_house", "Shorten this to 40 characters"),
        ({"tax_postcode": "75008"}, "tax_postcode", "Enter a UK postcode such as SW1A 1AA"),
        ({"tax_abroad": "yes", "tax_street": ""}, "tax_street", "Enter your whole address"),
        ({"tax_scope": ""}, "tax_scope", "Choose what you declare"),
    ],
)
def test_what_hmrc_needs_is_not_left_out(site: Site, change: dict[str, str], field: str, sentence: str) -> None:
    """Each is said beside its field, and nothing is kept."""
    answer = site.browser.post(GIVE, data=FORM | WANTED | ADA | change)
    assert (answer.status_code, pending(site)) == (422, [])
    assert re.search(rf'<a href="#{field}">{sentence}', answer.text)
    assert f'id="{field}"' in answer.text
    assert re.search(rf'id="{field}-error"><span class="vh">Error:</span> {sentence}', answer.text)


@ON_SQLITE
def test_a_regular_gift_is_declared_for_as_a_whole(site: Site) -> None:
    """One declaration for this gift alone would leave the others out."""
    monthly = FORM | WANTED | {"interval": "month"}
    page = site.browser.post(GIVE, data=monthly).text
    assert re.findall(r'name="tax_scope" value="(\w+)"', page) == ["past_and_future"]
    assert site.browser.post(GIVE, data=monthly | ADA | {"tax_scope": "one_gift"}).status_code == 422


@ON_SQLITE
def test_a_company_is_asked_for_no_gift_aid(site: Site) -> None:
    """A body pays no income tax. A person above the threshold is asked both."""
    large = FORM | WANTED | {"amount": "other", "other_amount": "500.01"}
    assert site.browser.post(GIVE, data=large | COMPANY).status_code == 503
    person = COMPANY | {"donor_kind": "individual", "declared_name": "Ada Byron"}
    page = site.browser.post(GIVE, data=large | {"form_token": "other"} | person).text
    fields = filled(page)
    assert (fields["donor_kind"], fields["tax_first_name"], fields["tax_last_name"]) == ("individual", "Ada", "Byron")
    assert site.browser.post(GIVE, data=fields | ADA).status_code == 503


@ON_SQLITE
def test_no_word_of_gift_aid_where_it_is_not_claimed(books: Books) -> None:
    """Neither in the form nor after it, whatever a program sends."""
    app, _ = open_site(books, "")
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as browser:
        assert "Gift Aid" not in browser.get(GIVE).text
        assert browser.post(GIVE, data=FORM | WANTED | ADA).status_code == 503
    with reading(books.engine) as conn:
        assert counting_declarations(conn) == []
