"""Documents for long archiving: PDF/A-3a with their data inside, and still PDF/UA-1."""

import io
import json
from dataclasses import replace

import pikepdf
import pytest

from organisation.organisation import OrganisationProfile
from organisation.receipt_rules import Jurisdiction, ReceiptRules
from receipts.archiving import snapshot_of, with_ua_claim
from receipts.pdf import Printer
from receipts.receipt import Receipt, ReceiptStyle, receipt_style
from receipts.sheets import Document
from tests.receipts.documents import credit_note, legal_receipt, statement
from tests.receipts.samples import COALITION, TODAY, draft, receipt
from tests.receipts.test_pdf import _tags, text_of

ARCHIVED = ReceiptStyle("en_GB", None, None, charity=False, archived=True)
DOCUMENTS: list[Document] = [
    receipt(replace(draft(), style=ARCHIVED)),
    replace(legal_receipt(Jurisdiction.CANADA), style=replace(ARCHIVED, locale="en_CA")),
    replace(credit_note(), style=ARCHIVED),
    replace(statement(5), style=ARCHIVED),
]
IDS = ["receipt", "canada", "credit note", "statement"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_an_archived_document_keeps_both_standards(printer: Printer, document: Document) -> None:
    """Its metadata claim them, fonts are inside, colours have a profile, and it has an identifier."""
    with pikepdf.open(io.BytesIO(printer.print(document))) as pdf, pdf.open_metadata() as metadata:
        assert metadata["{http://www.aiim.org/pdfa/ns/id/}part"] == "3"
        assert metadata["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:title"] == str(pdf.docinfo.Title)
        assert [str(intent.S) for intent in pdf.Root.OutputIntents] == ["/GTS_PDFA1"]
        assert len(pdf.trailer.ID) == 2
        assert not pdf.is_encrypted
        assert "/H1" in list(_tags(pdf.Root.StructTreeRoot))
        assert bool(pdf.Root.MarkInfo.Marked)
        fonts = [font for font in pdf.objects if isinstance(font, pikepdf.Dictionary) and "/FontName" in font]
        assert fonts
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_the_data_inside_is_the_snapshot(printer: Printer, document: Document) -> None:
    """As the source of the pages, in one file; what it says can be read without us."""
    with pikepdf.open(io.BytesIO(printer.print(document))) as pdf:
        [(name, attached)] = pdf.attachments.items()
        [filespec] = pdf.Root.AF
        data = attached.get_file().read_bytes().decode()
        assert (name, str(filespec.AFRelationship)) == (f"{document.number}.json", "/Source")
        assert attached.get_file().mime_type == "application/json"
    assert data == snapshot_of(document)
    assert json.loads(data)["donor_name"] == document.donor_name


def test_the_snapshot_of_a_receipt_is_the_one_that_was_kept() -> None:
    """Byte for byte, with and without what a law asks for."""
    full = replace(draft(), style=ARCHIVED, jurisdiction="uk", donor_address=("1 Row",), replaces="2026-000001")
    for of in (draft(), full):
        kept = of.snapshot("2026-000123", TODAY)
        assert snapshot_of(Receipt.from_json(kept)) == kept


def test_it_is_the_same_document_but_for_the_archive(printer: Printer) -> None:
    """The same words, the same bytes each time, and nothing attached where it was not chosen."""
    archived, usual = printer.print(DOCUMENTS[0]), printer.print(receipt())

    assert text_of(archived) == text_of(usual)
    assert printer.print(DOCUMENTS[0]) == archived
    assert len(archived) < 30_000
    with pikepdf.open(io.BytesIO(usual)) as pdf:
        assert not pdf.attachments


def test_the_desk_s_choice_is_frozen_with_the_receipt() -> None:
    """Old receipts are not archived because somebody chose it later."""
    chosen = OrganisationProfile(COALITION, "en_GB", receipts=ReceiptRules(archived=True))

    assert receipt_style(chosen) == ARCHIVED
    assert receipt_style(OrganisationProfile(COALITION, "en_GB")) is None


def test_metadata_of_another_shape_is_refused() -> None:
    """A new WeasyPrint that writes it otherwise is noticed, and no false claim goes out."""
    with pytest.raises(ValueError, match="does not end"):
        with_ua_claim(b"<x/>")
