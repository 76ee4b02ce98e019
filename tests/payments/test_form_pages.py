"""What the donor's form asks besides amount and address, by its real routes, with Stripe out of reach."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from campaigns.routes import campaign_routes
from database.transactions import reading, writing
from donors.consent_store import consents_of
from donors.consents import Channel, ConsentPlace
from ledger.money import GBP, Money
from organisation.consent_words import OfferedConsent
from organisation.organisation import GivingRules
from payments.gifts import store
from payments.gifts.dedication import Dedication, DedicationKind
from payments.gifts.details_store import dedication_of
from payments.gifts.gift import Gift
from payments.giving.donor_form import AskedAbove, DonorForm, FormRules
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.stripe.gateway import Gateway
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.payments.messages import charged
from tests.payments.organisation_books import NOON, Books
from tests.payments.test_giving_pages import CLOSED_PORT, Site, pending, words
from tests.receipts.samples import PAGES
from web.errors import install_errors

GIVE = "/c/libraries/give"
SHEET = {"interval": "once", "amount": "25.00", "other_amount": "", "email": "zoe@example.org"}
FORM = SHEET | {"form_token": "token"}
BOX = OfferedConsent("email", "Email me about this.", "organisation-3")
WISHES = {
    "interval": "month", "day": "5", "name": "Zoë", "message": "Go on!", "show_name": "yes", "fee_cover": "yes",
    "dedication": "memory", "dedication_name": "Ada", "dedication_letter_to": "bo@example.org",
    "consent_email": "yes", "ref": "Leaflet-7",
}  # fmt: skip


@pytest.fixture
def site(books: Books) -> Iterator[Site]:
    """The campaign's page and its form."""
    clock = FixedClock(NOON)
    rules = FormRules(lambda: GivingRules(("month",)), lambda: [BOX], lambda _: AskedAbove(Money(50_000, GBP)))
    sheet = DonorForm(books.engine, clock, PAGES, rules).sheet
    pledges = Pledges(books.engine, Gateway("sk_test_x", "http://127.0.0.1", api_base=CLOSED_PORT), clock)
    app = FastAPI()
    app.router.routes += campaign_routes(books.engine, clock, PAGES, sheet=sheet).routes
    app.router.routes += payment_routes(books.engine, pledges, clock, PAGES, rules).routes
    install_errors(app, PAGES)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as browser:
        yield Site(browser, books, clock)


def sent(site: Site, **changes: str) -> list[str]:
    """The form was sent; which gifts are pending since."""
    assert site.browser.post(GIVE, data=FORM | changes).status_code == 503  # Stripe is away; the gift is kept
    return pending(site)


def only_gift(site: Site) -> Gift:
    """The one gift that is pending."""
    [identity] = pending(site)
    with reading(site.books.engine) as conn:
        gift = store.gift(conn, identity)
    assert gift is not None
    return gift


def filled(page: str) -> dict[str, str]:
    """What a browser would send of the form on a page."""
    form = page[page.index("<form") : page.index("</form>")]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = (re.search(rf'{what}="([^"]*)"', tag) for what in ("name", "value"))
        kind = re.search(r'type="(\w+)"', tag)
        if name and (kind is None or kind[1] not in ("radio", "checkbox") or " checked" in tag):
            fields[name[1]] = html.unescape(value[1]) if value else ""
    for name_, options in re.findall(r'<select [^>]*name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name_] = chosen[1] if chosen else ""
    for name_, text in re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        fields[name_] = html.unescape(text)
    return fields


def test_everything_that_the_form_says_is_kept_with_the_gift(site: Site) -> None:
    """In one transaction: the gift, its fee cover, the dedication and the consent with its very words."""
    sent(site, **WISHES)
    gift = only_gift(site)
    with reading(site.books.engine) as conn:
        dedication = dedication_of(conn, gift.id)
        consents = consents_of(conn, str(gift.donor_id))
    assert (gift.amount, gift.fee_cover) == (Money(2559, GBP), Money(59, GBP))
    assert (gift.source, gift.show_name, gift.donor.message) == ("leaflet-7", True, "Go on!")
    assert dedication == Dedication(DedicationKind.MEMORY, "Ada", "bo@example.org")
    [consent] = consents
    assert (consent.channel, consent.is_given, consent.place) == (Channel.EMAIL, True, ConsentPlace.FORM)
    assert (consent.words, consent.words_version, consent.at) == (BOX.words, BOX.version, NOON)


@ON_SQLITE
def test_nothing_is_assumed_that_was_not_ticked(site: Site) -> None:
    """No consent, no name shown, no fee added."""
    sent(site, name="Zoë")
    gift = only_gift(site)
    with reading(site.books.engine) as conn:
        assert consents_of(conn, str(gift.donor_id)) == []
    assert (gift.amount, gift.fee_cover, gift.show_name, gift.source) == (Money(2500, GBP), None, False, "")
    ticked = [name for name in filled(site.browser.get(GIVE).text) if name.startswith(("consent", "show", "fee"))]
    assert ticked == []


@ON_SQLITE
@pytest.mark.parametrize("wish", [name for name in WISHES if name not in ("interval", "day")])
def test_every_wish_makes_another_gift(site: Site, wish: str) -> None:
    """The same form with another wish is another gift; the same wish twice is one."""
    dedicated = {name: WISHES[name] for name in WISHES if name.startswith("dedication")} if "dedic" in wish else {}
    changed = dedicated | {wish: WISHES[wish], "name": WISHES["name"] if wish != "name" else "Bo"}
    if wish.startswith("dedication_"):
        sent(site, **changed | {wish: "cy@example.org"})
    else:
        sent(site, name="Zoë" if wish != "name" else "")
    assert len(sent(site, **changed)) == len(sent(site, **changed)) == 2


def test_a_donor_who_turned_back_finds_everything_as_it_was(site: Site) -> None:
    """Each field; sent again unchanged it is the same form and no second gift."""
    sent(site, **WISHES)
    gift = only_gift(site)
    page = site.browser.get(f"{GIVE}?cancelled={gift.return_token}")
    assert "You have not paid." in page.text
    again = filled(page.text)
    assert {name: again.get(name) for name in WISHES} == WISHES | {"ref": "leaflet-7"}
    assert (again["amount"], again["email"]) == ("25.00", "zoe@example.org")


@ON_SQLITE
def test_a_likely_slip_is_pointed_out_and_never_forced(site: Site) -> None:
    """The form comes back once, with both addresses to choose from; whichever is chosen is taken."""
    answer = site.browser.post(GIVE, data=FORM | {"email": "zoe@gmial.com"})
    assert answer.status_code == 422
    assert "Check your email address: did you mean zoe@gmail.com?" in words(answer.text)
    assert re.findall(r'name="email_choice" value="([^"]*)"', answer.text) == ["zoe@gmail.com", "zoe@gmial.com"]
    sent(site, email="zoe@gmial.com", email_choice="zoe@gmial.com")
    assert only_gift(site).donor.email == "zoe@gmial.com"
    assert len(sent(site, email="zoe@gmial.com", email_choice="zoe@gmail.com")) == 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"show_name": "yes"}, "name", "Enter the name to show"),
        ({"dedication_name": "Ada"}, "dedication", "Choose in honour or in memory"),
        ({"dedication": "honour"}, "dedication_name", "Enter the name of the person"),
        ({"dedication": "honour", "dedication_name": "Ada", "dedication_letter_to": "x"}, "dedication_letter_to",
         "Enter an email address in the form"),
        ({"interval": "month", "day": "31"}, "day", "Choose a day of the month from 1 to 28"),
    ],
)  # fmt: skip
def test_each_mistake_is_said_beside_its_field(site: Site, typed: dict[str, str], field: str, sentence: str) -> None:
    """And in the summary, which leads there."""
    answer = site.browser.post(GIVE, data=FORM | typed)
    assert answer.status_code == 422
    assert re.search(rf'<a href="#{field}">{sentence}', answer.text)
    assert re.search(rf'id="{field}-error"><span class="vh">Error:</span> {sentence}', answer.text)
    assert f'id="{field}"' in answer.text


@ON_SQLITE
@pytest.mark.parametrize("ref", ["a" * 41, "a b", "<script>", "ünal", ""])
def test_a_code_that_is_none_is_left_out(site: Site, ref: str) -> None:
    """Of a link; nobody is told, because it was not the donor who typed it."""
    assert filled(site.browser.get(GIVE, params={"ref": ref}).text)["ref"] == ""
    sent(site, ref=ref)
    assert only_gift(site).source == ""


@ON_SQLITE
def test_a_link_to_the_campaign_is_remembered_on_its_sheet(site: Site) -> None:
    """The sheet is the same for everybody who came by it: it has no token, and nothing of anybody."""
    page = site.browser.get("/c/libraries?ref=Leaflet-7").text
    fields = filled(page)
    assert (fields["ref"], fields["form_token"], fields["email"]) == ("leaflet-7", "", "")
    assert page == site.browser.get("/c/libraries?ref=leaflet-7").text


@ON_SQLITE
def test_a_double_click_on_a_sheet_without_a_token_is_one_gift(site: Site) -> None:
    """Also at the turn of an hour. Another address, amount or campaign is another gift."""
    data = SHEET | {"form_token": ""}
    site.clock.now = NOON.replace(minute=59, second=59)
    assert [site.browser.post(GIVE, data=data).status_code for _ in range(2)] == [503, 503]
    site.clock.now += timedelta(seconds=2)
    site.browser.post(GIVE, data=data)
    assert len(pending(site)) == 1
    site.browser.post(GIVE, data=data | {"amount": "10.00"})
    site.browser.post(GIVE, data=data | {"email": "bo@example.org"})
    site.browser.post("/c/buses/give", data=data)
    TestClient(site.browser.app, base_url="http://127.0.0.1", client=("192.0.2.7", 50_000)).post(GIVE, data=data)
    site.clock.now += timedelta(hours=2)
    site.browser.post(GIVE, data=data)
    assert len(pending(site)) == 6


@ON_SQLITE
def test_a_sheet_sent_again_after_it_was_paid_asks_and_shows_nobodys_gift(site: Site) -> None:
    """Whoever types the same from the same place may be somebody else: no link to the thank-you page."""
    site.browser.post(GIVE, data=SHEET)
    [gift] = pending(site)
    with writing(site.books.engine) as conn:
        store.link_session(conn, gift, "cs_test_1")
    site.books.deliver(charged(gift=gift, amount=2500))
    answer = site.browser.post(GIVE, data=SHEET)
    assert answer.status_code == 409
    assert "Do you want to donate again? A donation of £25 with these very details" in words(answer.text)
    assert "cs_test_1" not in answer.text
    assert site.browser.post(GIVE, data=filled(answer.text)).status_code == 503
    assert len(pending(site)) == 1


@ON_SQLITE
def test_more_choices_open_the_whole_form_as_far_as_it_is_filled_in(site: Site) -> None:
    """From the campaign's sheet; nothing is wrong yet, and nothing is kept."""
    answer = site.browser.post(GIVE, data=SHEET | {"more": "yes", "amount": "", "ref": "leaflet-7"})
    assert answer.status_code == 200
    assert "There is a problem" not in answer.text
    fields = filled(answer.text)
    assert (fields["email"], fields["ref"], bool(fields["form_token"])) == ("zoe@example.org", "leaflet-7", True)
    assert pending(site) == []
