"""What each law has printed, and what keeps a document from being issued."""

from dataclasses import replace

import pytest

from organisation.organisation import OrganisationProfile
from organisation.receipt_rules import ADDRESS_LAWS, JURISDICTIONS, OWN_FACTS, UNSTATED, Jurisdiction, ReceiptRules
from organisation.receipts_section import read_receipts, receipts_fields
from organisation.sections import SectionErrors
from receipts.archiving import snapshot_of
from receipts.jurisdictions import FactsMissing, asks_for_address, legal_lines, missing_facts
from receipts.legal_forms import LEGAL_FORMS, MissingFact
from receipts.pdf import Printer
from receipts.receipt import GiftAidStatus, Receipt, ReceiptStyle
from receipts.words_4 import WORDS_4
from tests.receipts.documents import ADDRESS, FACTS, credit_note, legal_receipt, statement
from tests.receipts.samples import COALITION, TODAY, draft, receipt
from tests.receipts.test_pdf import text_of

LAWS = list(Jurisdiction)
BARE = replace(draft(donor_name=""), organisation=replace(COALITION, name="", address=()))
FULL = replace(draft(), legal_facts=FACTS, donor_address=ADDRESS)


def test_every_law_has_its_form_and_its_name() -> None:
    """And says where the rule stands."""
    assert set(LEGAL_FORMS) == set(LAWS) == set(JURISDICTIONS) - {UNSTATED}
    assert all(form.source for form in LEGAL_FORMS.values())


@pytest.mark.parametrize("law", LAWS)
def test_the_desk_asks_for_what_the_law_asks_of_the_organisation(law: Jurisdiction) -> None:
    """A fact that only the desk can enter is entered before anybody gives."""
    of_us = {fact.name.lower() for fact in LEGAL_FORMS[law].required} - {
        "organisation_name", "organisation_address", "donor_name", "donor_address",
    }  # fmt: skip
    assert of_us == set(OWN_FACTS.get(law, ()))


@pytest.mark.parametrize("law", LAWS)
def test_a_document_without_its_facts_says_which_are_missing(law: Jurisdiction) -> None:
    """All that its law requires, in order; with them nothing is missing."""
    assert list(missing_facts(replace(BARE, jurisdiction=law))) == list(LEGAL_FORMS[law].required)
    assert missing_facts(replace(FULL, jurisdiction=law)) == []
    assert missing_facts(legal_receipt(law)) == []


def test_canada_wants_the_donor_s_address() -> None:
    """The United Kingdom does not; the privacy notice names the laws that ask."""
    assert {law for law in LAWS if asks_for_address(law)} == ADDRESS_LAWS
    without = replace(FULL, donor_address=())
    assert missing_facts(replace(without, jurisdiction=Jurisdiction.CANADA)) == [MissingFact.DONOR_ADDRESS]
    assert missing_facts(replace(without, jurisdiction=Jurisdiction.UK)) == []
    assert missing_facts(BARE) == []  # no law was chosen


@pytest.mark.parametrize(
    ("law", "sentences"),
    [
        (Jurisdiction.UK, ["This is not a charitable donation. Gift Aid cannot be claimed on it."]),
        (
            Jurisdiction.UK_CHARITY,
            ["Registered charity, number 123456789 RR 0001.", "This receipt is not a Gift Aid declaration."],
        ),
        (
            Jurisdiction.US_CHARITY,
            ["under section 501(c)(3)", "No goods or services were provided in exchange for this contribution."],
        ),
        (
            Jurisdiction.US_POLITICAL,
            ["are not deductible as charitable contributions for Federal income tax purposes."],
        ),
        (
            Jurisdiction.CANADA,
            [
                "Official receipt for income tax purposes", "registration number 123456789 RR 0001",
                "Issued at Toronto, Ontario.", "Eligible amount of gift for tax purposes: $25.00 CAD.",
                "Canada Revenue Agency: canada.ca/charities-giving", "Margaret Chen, Treasurer", "Authorised signature",
                *ADDRESS, "2026-000123", "21 November 2026", "20 November 2026",
            ],
        ),
    ],
)  # fmt: skip
def test_a_law_s_sentences_stand_on_the_paper(printer: Printer, law: Jurisdiction, sentences: list[str]) -> None:
    """Word for word, with the facts in them."""
    text = text_of(printer.print(legal_receipt(law)))

    assert [sentence for sentence in sentences if sentence not in text] == []


@pytest.mark.parametrize(
    "note",
    [
        "We are not a charity. Gift Aid cannot be claimed.",
        "Gift Aid can not be reclaimed on gifts to us. We are not a charity.",
        "We are not a charity. Gift Aid cannot be claimed on it",
    ],
)
def test_that_gift_aid_cannot_be_claimed_stands_once(printer: Printer, note: str) -> None:
    """Though the organisation's own note says it too; what else the note says stays."""
    printed = receipt(replace(draft(), organisation=replace(COALITION, legal_note=note)))

    text = text_of(printer.print(printed))
    assert text.count("Gift Aid") == 1
    assert "We are not a charity." in text


def test_a_charity_s_own_note_about_gift_aid_stays() -> None:
    """Only the denial is said by us."""
    note = "We claim Gift Aid where you declared it."
    of = replace(draft(), organisation=replace(COALITION, legal_note=note))

    assert list(legal_lines(of, "", "en", charity=True)) == ["This receipt is not a Gift Aid declaration.", note]


def test_welsh_receipts_have_the_law_in_welsh(printer: Printer) -> None:
    """Where the law has Welsh words; Federal law has none."""
    welsh = replace(draft(), style=ReceiptStyle("cy_GB", None, None, charity=False))

    assert "Ni ellir hawlio Cymorth Rhodd arni." in text_of(printer.print(receipt(welsh)))
    political = replace(welsh, jurisdiction=Jurisdiction.US_POLITICAL)
    assert "Federal income tax" in " ".join(legal_lines(political, "", "cy"))


def test_the_desk_s_form_asks_for_what_is_missing() -> None:
    """Nothing is taken before the law can be kept; what another law asks for may stay."""
    profile = OrganisationProfile(COALITION, "en_CA")
    with pytest.raises(SectionErrors) as wrong:
        read_receipts({"jurisdiction": "canada", "registration_number": "1"}, profile)
    assert set(wrong.value.errors) == {"place_of_issue", "signatory"}
    with pytest.raises(SectionErrors, match="Choose one"):
        read_receipts({"jurisdiction": "mars"}, profile)

    fields = {"jurisdiction": "uk_charity", "archived": "yes", "signatory": "M. Chen", "registration_number": " 12 "}
    read = read_receipts(fields, profile)
    assert read.receipts == ReceiptRules(
        "uk_charity", {"registration_number": "12", "signatory": "M. Chen"}, archived=True
    )
    assert read.receipts.legal_facts == (("registration_number", "12"),)
    assert read_receipts(receipts_fields(read), profile) == read


def test_what_lacks_a_fact_is_not_printed(printer: Printer) -> None:
    """And says which; a credit note needs none of it."""
    lacking = replace(draft(), jurisdiction=Jurisdiction.CANADA, legal_facts=FACTS)
    with pytest.raises(FactsMissing, match=r"^its law asks for the donor\u2019s postal address\. Enter") as waiting:
        printer.print(receipt(lacking))

    assert waiting.value.missing == (MissingFact.DONOR_ADDRESS,)
    assert printer.print(replace(credit_note(), jurisdiction=Jurisdiction.CANADA, legal_facts=FACTS))
    shown, _gift_aid, _note = legal_lines(replace(draft(), jurisdiction="uk_charity"), "", "en")
    assert shown == "Registered charity, number \u2026."


def test_donors_read_what_is_missing_in_their_language() -> None:
    """Every fact that a law may ask for has its words."""
    for words in WORDS_4.values():
        assert all(words[f"lacks_{fact.name.lower()}"] for fact in MissingFact)
        assert set(words) == set(WORDS_4["en"])


@pytest.mark.parametrize(
    ("law", "charity", "sentence"),
    [
        ("", False, "These are not charitable donations. Gift Aid cannot be claimed on them."),
        ("", True, "This statement is not a Gift Aid declaration."),
        ("uk", False, "These are not charitable donations. Gift Aid cannot be claimed on them."),
        ("uk_charity", True, "This statement is not a Gift Aid declaration."),
        ("us_charity", True, "No goods or services were provided in exchange for these contributions."),
        ("us_political", False, "Contributions or gifts to Coalition for a Fair Count are not deductible as charitable "
         "contributions for Federal income tax purposes."),
        ("canada", True, "This list is no official receipt for income tax purposes: the receipts that it names are."),
    ],
)  # fmt: skip
def test_a_document_about_several_gifts_says_so(law: str, *, charity: bool, sentence: str) -> None:
    """The same law, of these gifts."""
    several = replace(statement(3), jurisdiction=law, legal_facts=FACTS)

    assert sentence in legal_lines(several, "£75 CAD", "en", charity=charity)


def test_a_gift_is_officially_confirmed_once(printer: Printer) -> None:
    """Canada: a statement and a credit note are no official receipts, need no address, and are not signed."""
    law = Jurisdiction.CANADA
    for document in (replace(statement(3), jurisdiction=law), replace(credit_note(), jurisdiction=law)):
        named = replace(document, legal_facts=FACTS, donor_address=())
        text = text_of(printer.print(named))
        assert missing_facts(named) == []
        assert "Official receipt" not in text
        assert "Authorised signature" not in text
        assert "Eligible amount" not in text


@pytest.mark.parametrize(
    ("language", "status", "words"),
    [
        ("en_GB", GiftAidStatus(TODAY, "I am a UK taxpayer."), ["Declared on 21 November 2026", "I am a UK taxpayer."]),
        ("en_GB", GiftAidStatus(), ["Not declared when this receipt was issued"]),
        (
            "cy_GB",
            GiftAidStatus(TODAY, "Rwy\u2019n talu treth."),
            ["Datganwyd ar 21 Tachwedd", "Datganodd y"],
        ),
    ],
)
def test_a_charity_s_receipt_says_whether_gift_aid_was_declared(
    printer: Printer, language: str, status: GiftAidStatus, words: list[str]
) -> None:
    """Read back from its snapshot, and printed; one without the fact says nothing of it."""
    plain = replace(legal_receipt(Jurisdiction.UK_CHARITY), style=ReceiptStyle(language, None, None, charity=True))
    stated = Receipt.from_json(snapshot_of(replace(plain, gift_aid=status)))

    assert stated.gift_aid == status
    text = text_of(printer.print(stated))
    assert all(part in text for part in words)
    assert not any(part in text_of(printer.print(plain)) for part in words)
