"""What the form asks above the threshold, local groups by name, and hostile and real names in every field."""

import re

import pytest

from campaigns.campaign import Campaign, CampaignState
from campaigns.store import add_campaign
from database.transactions import reading, writing
from ledger.money import GBP
from payments.gifts.declaration import DonorKind
from payments.gifts.details_store import declaration_of
from tests.engines import ON_SQLITE
from tests.payments.test_form_pages import FORM, GIVE, filled, only_gift, sent, site
from tests.payments.test_giving_pages import Site, pending, words

__all__ = ["site"]

LARGE = {"amount": "other", "other_amount": "500.01"}
COMPANY = {
    "donor_kind": "company", "declared_name": "Ünal & Söhne Ltd", "declared_address": "1 Lane\nLeeds",
    "declared_number": "01234567", "own_money": "yes", "declaring": "yes",
}  # fmt: skip


@ON_SQLITE
def test_above_the_threshold_the_form_asks_who_gives(site: Site) -> None:
    """Before anything is kept; £500 is not above it. What the form said goes with the page."""
    answer = site.browser.post(GIVE, data=FORM | LARGE | {"name": "Zoë", "message": "Go on!"})
    assert (answer.status_code, pending(site)) == (200, [])
    assert "Who gives these £500.01?" in words(answer.text)
    assert "There is a problem" not in answer.text
    fields = filled(answer.text)
    assert (fields["declared_name"], fields["message"], fields["form_token"]) == ("Zoë", "Go on!", "token")
    assert not {"own_money", "donor_kind"} & set(fields)
    assert site.browser.post(GIVE, data=fields | COMPANY).status_code == 503
    assert len(pending(site)) == 1
    assert len(sent(site, **LARGE | {"other_amount": "500"})) == 2


def test_what_was_declared_is_kept_with_the_gift(site: Site) -> None:
    """With the words that were agreed to; the gift has a name then, and one that was typed stays."""
    sent(site, **LARGE, **COMPANY)
    gift = only_gift(site)
    with reading(site.books.engine) as conn:
        declared = declaration_of(conn, gift.id)
    assert declared is not None
    assert (declared.kind, declared.number, declared.address) == (DonorKind.COMPANY, "01234567", "1 Lane\nLeeds")
    assert declared.words.startswith("This is my own money")
    assert gift.donor.name == declared.name == "Ünal & Söhne Ltd"
    assert len(sent(site, **LARGE, **COMPANY)) == 1
    assert len(sent(site, **LARGE, **COMPANY | {"declared_number": "7"})) == 2
    back = filled(site.browser.get(f"{GIVE}?cancelled={gift.return_token}").text)
    assert (back["declared_number"], "own_money" in back) == ("7", False)


@ON_SQLITE
@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [
        ("donor_kind", "Choose who gives"),
        ("declared_name", "Enter the full name"),
        ("declared_address", "Enter the address"),
        ("declared_number", "Enter the number that it has at Companies House"),
        ("own_money", "Tick this box"),
    ],
)
def test_what_the_law_asks_for_is_not_left_out(site: Site, lacking: str, sentence: str) -> None:
    """Each is said beside its field; a number is asked of companies and partnerships alone."""
    answer = site.browser.post(GIVE, data=FORM | LARGE | COMPANY | {lacking: ""})
    assert (answer.status_code, pending(site)) == (422, [])
    assert re.search(rf'<a href="#{lacking}">{sentence}', answer.text)
    assert re.search(rf'id="{lacking}-error"><span class="vh">Error:</span> {sentence}', answer.text)
    assert f'id="{lacking}"' in answer.text
    association = COMPANY | {"donor_kind": "unincorporated_association", "declared_number": ""}
    assert len(sent(site, **LARGE, **association)) == 1


@ON_SQLITE
def test_a_group_is_chosen_by_name_on_its_campaigns_form(site: Site) -> None:
    """The gift is the group's; a name that is none is said beside the field; a draft is not in the list."""
    with writing(site.books.engine) as conn:
        add_campaign(conn, Campaign(0, "leeds", "Leeds", "Local.", GBP, parent_id=1))
        add_campaign(conn, Campaign(0, "york", "York", "Local.", GBP, parent_id=1, state=CampaignState.DRAFT))
    page = site.browser.get(GIVE).text
    assert re.findall(r'<option value="([a-z]+)"', page) == ["leeds"]
    wrong = site.browser.post(GIVE, data=FORM | {"to": "buses"})
    assert (wrong.status_code, "Choose a group from the list" in wrong.text) == (422, True)
    sent(site, to="leeds")
    assert [share.campaign for share in only_gift(site).allocations] == [3]


CORPUS = (
    "Ünal", "李小明", "O'Brien", "محمد", "שלום", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇬🇧", "नमस्ते", "<script>alert(1)</script>",
    "=1+1", "@SUM(A1)", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "%(name)s",
)  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize("text", CORPUS)
def test_what_people_are_called_is_kept_and_shown_as_typed(site: Site, text: str) -> None:
    """In every field of text; nothing in it is markup, and the form comes back with it."""
    typed = {"name": text, "message": text, "dedication": "honour", "dedication_name": text}
    declared = COMPANY | {"declared_name": text, "declared_address": text}
    sent(site, **typed, **LARGE, **declared)
    gift = only_gift(site)
    page = site.browser.get(f"{GIVE}?cancelled={gift.return_token}").text
    back = filled(page)
    assert {gift.donor.name, gift.donor.message, back["name"], back["message"], back["dedication_name"],
            back["declared_name"]} == {text}  # fmt: skip
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@ON_SQLITE
@pytest.mark.parametrize("field", ["name", "message", "dedication_name", "declared_name", "declared_address"])
def test_fifty_thousand_accents_are_refused_with_a_reason(site: Site, field: str) -> None:
    """At once; and a line of text that turns the direction of writing changes nothing around it."""
    typed = LARGE | COMPANY | {"dedication": "honour", "dedication_name": "Ada"}
    answer = site.browser.post(GIVE, data=FORM | typed | {field: "e" + "\u0301" * 50_000})
    assert answer.status_code == 422
    assert re.search(r"Error:</span> Shorten this to \d+ characters or fewer", answer.text)
    sent(site, **typed | {field: "a\u202eb"})
    assert "\u202e" not in site.browser.get(f"{GIVE}?cancelled={only_gift(site).return_token}").text
