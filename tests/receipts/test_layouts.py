"""A receipt is shown and printed with the templates that it was issued with, or not at all."""

import hashlib
import json
from dataclasses import replace
from io import BytesIO

import pypdf
import pytest

from organisation.organisation import Look, OrganisationProfile
from receipts.layouts import LAYOUTS, UnknownLayout, layout_of
from receipts.pdf import Printer
from receipts.receipt import LEGAL, PLAIN, STYLED, TRANSLATED, ReceiptStyle, receipt_style
from receipts.words import WORDS_3
from tests.receipts.samples import COALITION, TEMPLATES, draft, receipt


def test_every_number_has_its_files() -> None:
    """Also the one that is issued now."""
    assert {PLAIN, STYLED, TRANSLATED, LEGAL} == set(LAYOUTS)
    for layout in LAYOUTS.values():
        assert all((TEMPLATES / name).is_file() for name in (layout.page, layout.sheet, layout.style))


def test_no_two_numbers_share_a_file() -> None:
    """Else a change for the new would change the old."""
    names = [name for layout in LAYOUTS.values() for name in (layout.page, layout.sheet, layout.style)]

    assert len(names) == len(set(names))


def test_a_receipt_of_a_newer_version_is_not_printed_with_older_words(printer: Printer) -> None:
    """Wrong words on a receipt are worse than none."""
    with pytest.raises(UnknownLayout, match="template 99"):
        printer.print(replace(receipt(), template=99))


# The digests of the files of the first layouts, as they were when receipts were issued with them.
FROZEN = {
    "receipts/page.html": "d28908141676e6a6",
    "receipts/receipt.html": "c256840b5fe0101c",
    "receipts/receipt.css": "9274e81f0c95f0e8",
    "receipts/page_2.html": "3b6c65e8f831f825",
    "receipts/receipt_2.html": "39e5058c70d8e29b",
    "receipts/receipt_2.css": "28d16d04eed89829",
    "receipts/page_3.html": "a2ed791cfe2f4083",
    "receipts/receipt_3.html": "e7144fdbe60d4bdf",
    "receipts/receipt_3.css": "28d16d04eed89829",
}


@pytest.mark.parametrize("name", FROZEN)
def test_an_old_layout_is_never_edited(name: str) -> None:
    """What was issued with it must print as it did: a better word, or a wider column, is a new layout."""
    assert hashlib.sha256((TEMPLATES / name).read_bytes()).hexdigest()[:16] == FROZEN[name]


def test_the_number_decides() -> None:
    """Template 1 is the one of the first release."""
    assert layout_of(1).sheet == "receipts/receipt.html"


def test_a_receipt_keeps_the_look_and_the_words_that_it_was_issued_with(printer: Printer) -> None:
    """Colour, logo, locale, and whether a charity issued it; a plain one says none of it."""
    style = ReceiptStyle("en_IE", "#7a1020", None, charity=True)
    plain, styled = receipt(draft()), receipt(replace(draft(), style=style))

    assert (plain.style, plain.template, styled.style, styled.template) == (None, LEGAL, style, LEGAL)
    assert styled.issuer == OrganisationProfile(COALITION, "en_IE", look=Look("#7a1020"))
    assert printer.print(styled) == printer.print(styled) != printer.print(plain)
    old = replace(styled, template=STYLED)
    assert printer.print(old) == printer.print(old) not in (printer.print(styled), printer.print(plain))


def test_a_welsh_reader_gets_a_welsh_receipt_where_welsh_is_offered() -> None:
    """In the region's own form; any other language is the organisation's own."""
    offered = OrganisationProfile(COALITION, "en_GB", languages=("cy",))
    assert receipt_style(offered, "cy") == ReceiptStyle("cy_GB", None, None, charity=False)
    for profile, language in ((offered, "de"), (offered, ""), (OrganisationProfile(COALITION, "en_GB"), "cy")):
        assert receipt_style(profile, language) is None
    irish = replace(offered, locale="en_IE")
    assert receipt_style(irish, "cy") == ReceiptStyle("cy", None, None, charity=False)


def test_a_welsh_receipt_is_printed_in_words_that_never_change(printer: Printer) -> None:
    """The words of layout 3 are kept by their digest: a better word is a new layout."""
    welsh = receipt(replace(draft(), style=ReceiptStyle("cy_GB", "#7a1020", None, charity=False)))
    welsh = replace(welsh, template=TRANSLATED)
    pages = pypdf.PdfReader(BytesIO(printer.print(welsh))).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "Derbynneb" in text
    assert "Cyfanswm a gafwyd" in text
    assert not [word for word in ("Receipt", "donation", "campaign", "Total", "given") if word in text]
    printed = json.dumps(WORDS_3["cy"], sort_keys=True).encode()
    assert hashlib.sha256(printed).hexdigest()[:16] == "0d668265b95ef891"
    assert all(set(words) == set(WORDS_3["cy"]) for words in WORDS_3.values())
