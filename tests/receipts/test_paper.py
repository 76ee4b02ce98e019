"""What documents of layout 4 look like: where things stand on the paper, and what can be read from it."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

import pikepdf
import pypdf
import pytest

from organisation.receipt_rules import Jurisdiction
from receipts.pdf import Printer
from receipts.receipt import ReceiptStyle
from receipts.sheets import Document, document_language, is_on_letter_paper
from receipts.statement import StatementKind
from receipts.words_4 import words_4
from tests.receipts.documents import CHECK_URL, IMPRINT, TALL, credit_note, legal_receipt, statement, tall_receipt
from tests.receipts.samples import draft, receipt
from tests.receipts.structure import structure_faults
from tests.receipts.test_pdf import _tags, text_of

WELSH = ReceiptStyle("cy_GB", "#134a3b", None, charity=False)
DOCUMENTS: dict[str, Document] = {
    "receipt": receipt(replace(draft(), verify_url=CHECK_URL)),
    **{jurisdiction.value: legal_receipt(jurisdiction) for jurisdiction in Jurisdiction},
    "credit note": credit_note(),
    "short statement": statement(5),
    "receipt for several": replace(statement(5, StatementKind.CONSOLIDATED), number="CR2027-000001"),
    "Welsh receipt": receipt(replace(draft(), verify_url=CHECK_URL, style=WELSH)),
    "Welsh statement": replace(statement(5), style=WELSH),
    "Welsh credit note": replace(credit_note(), style=WELSH),
}
DUPLICATES = [f"duplicate of {name}" for name in ("receipt", "canada", "credit note", "Welsh statement")]
A4, LETTER = (595, 842), (612, 792)


def print_named(printer: Printer, name: str) -> tuple[Document, bytes]:
    """One of the documents, or its duplicate, and its PDF."""
    document = DOCUMENTS[name.removeprefix("duplicate of ")]
    return document, printer.print(document, is_duplicate=name.startswith("duplicate of "))


def pages_of(pdf: bytes) -> list[pypdf.PageObject]:
    """The pages of a document."""
    return list(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def baselines(page: pypdf.PageObject) -> list[tuple[float, str]]:
    """Each run of text with the height of its baseline above the foot of the page, in points."""
    runs: list[tuple[float, str]] = []

    def visit(text: str, matrix: list[float], text_matrix: list[float], _font: object, _size: object) -> None:
        if text.strip():
            runs.append((matrix[3] * text_matrix[5] + matrix[5], text.strip()))

    page.extract_text(visitor_text=visit)
    return runs


@pytest.mark.parametrize("mode", ["live", "test"])
def test_a_long_imprint_never_runs_into_the_text(printer: Printer, mode: str) -> None:
    """600 characters, ten lines of address, eight campaigns: the imprint stands below everything else of its page."""
    pages = pages_of(printer.print(tall_receipt(mode)))
    runs = baselines(pages[0])
    imprint = [height for height, text in runs if text in IMPRINT or "hello@" in text]
    others = [height for height, text in runs if not (text in IMPRINT or "hello@" in text)]

    assert len(imprint) >= 6
    assert min(imprint) > 17 / 25.4 * 72
    assert min(others) - max(imprint) > 20
    assert IMPRINT[:90] not in " ".join(pages[1].extract_text().split())


@pytest.mark.parametrize("name", [*DOCUMENTS, *DUPLICATES])
def test_a_document_of_a_usual_length_is_one_small_page(printer: Printer, name: str) -> None:
    """On the paper of its country."""
    document, printed = print_named(printer, name)

    pages = pages_of(printed)
    size = LETTER if is_on_letter_paper(document) else A4
    assert is_on_letter_paper(document) is any(law in name for law in ("us_charity", "us_political", "canada"))
    assert (len(pages), tuple(round(float(side)) for side in pages[0].mediabox[2:])) == (1, size)
    assert len(printed) < 30_000


@pytest.mark.parametrize("name", [*DOCUMENTS, *DUPLICATES])
def test_a_document_can_be_followed_by_ear(printer: Printer, name: str) -> None:
    """PDF/UA-1: one heading, headers for each table, words for each picture, a title and its language."""
    document, printed = print_named(printer, name)
    welsh, words_of_it = "Welsh" in name, words_4(document_language(document))
    with pikepdf.open(io.BytesIO(printed)) as pdf, pdf.open_metadata() as metadata:
        tags = list(_tags(pdf.Root.StructTreeRoot))
        figures = [element for element in pdf.objects if isinstance(element, pikepdf.Dictionary)]
        words = [str(element.get("/Alt")) for element in figures if element.get("/S") == "/Figure"]
        ending = "gan Coalition for a Fair Count" if welsh else "from Coalition for a Fair Count"
        assert str(pdf.docinfo.Title).endswith(f"{document.number} {ending}")
        assert str(pdf.Root.Lang).startswith("cy" if welsh else "en-")
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    assert (tags.count("/H1"), tags.count("/Table")) == (1, 2)
    assert tags.count("/TH") >= 8
    assert words == [words_of_it["check_alt"]]


@pytest.mark.parametrize("name", [*DOCUMENTS, *DUPLICATES])
def test_the_tags_are_whole(printer: Printer, name: str) -> None:
    """Everything drawn is in the tree of tags once, or an artifact; tables, pictures and headings keep the rules."""
    assert structure_faults(print_named(printer, name)[1]) == []


@pytest.mark.parametrize("style", [None, WELSH])
@pytest.mark.parametrize("document", [statement(60), tall_receipt("test")], ids=["long statement", "two pages"])
def test_the_tags_of_several_pages_are_whole(printer: Printer, document: Document, style: ReceiptStyle | None) -> None:
    """Also those of a duplicate, with its mark on the first."""
    long = replace(document, style=style)

    assert structure_faults(printer.print(long)) == []
    assert structure_faults(printer.print(long, is_duplicate=True)) == []


@pytest.mark.parametrize("name", [*DOCUMENTS, *DUPLICATES])
def test_the_text_is_in_the_order_in_which_it_is_read(printer: Printer, name: str) -> None:
    """Who writes, what it is, the facts, the sum, the law, the imprint: for programs that know no tags.

    Of a duplicate they read first that it is one.
    """
    document, printed = print_named(printer, name)
    text = text_of(printed)

    places = [text.find(step) for step in ("Coalition", document.number, "25.00", CHECK_URL, "Promoted by")]
    assert places == sorted(places)
    mark = words_4(document_language(document))["duplicate"] if "duplicate" in name else ""
    assert text[: places[0]].strip().casefold() == mark.casefold()


def test_the_law_never_stands_alone_on_a_page(printer: Printer) -> None:
    """Where it would not fit below eight campaigns, the sum comes with it."""
    first, second = (" ".join(page.extract_text().split()) for page in pages_of(printer.print(tall_receipt())))

    assert ("Total received £360.00" in first, "Gift Aid cannot be claimed" in first) == (False, False)
    assert second.find("Total received £360.00") < second.find("Gift Aid cannot be claimed")


def test_the_sum_of_one_gift_is_said_of_one(printer: Printer) -> None:
    """In both languages."""
    assert "Total of one donation £25.00" in text_of(printer.print(statement(1)))
    assert "Cyfanswm un rhodd £25.00" in text_of(printer.print(replace(statement(1), style=WELSH)))


def test_a_duplicate_says_that_it_is_one(printer: Printer) -> None:
    """With the number of the document, and that it counts once; the document itself says nothing of the kind."""
    document = DOCUMENTS["receipt"]
    original, duplicate = text_of(printer.print(document)), text_of(printer.print(document, is_duplicate=True))

    assert "duplicate" not in original.casefold()
    assert "duplicate" in duplicate.casefold()
    assert "It counts once." in duplicate
    assert document.number in duplicate


def test_a_credit_note_names_the_receipt_and_does_the_sum(printer: Printer) -> None:
    """What was received, what went back before and now, and what is left; nothing of what a receipt confirms."""
    text = text_of(printer.print(credit_note()))

    expected = ["Credit note CN2026-000001", "2026-000123, 21 November 2026", "given back on 2 December 2026",
                "We gave back £25.00 of your donation of £100.00.", "\u2212£10.00", "\u2212£25.00",
                "What we keep of it £65.00"]  # fmt: skip
    assert [words for words in expected if words not in text] == []
    assert "Gift Aid" not in text
    assert "We gave back £90.00 of" in text_of(printer.print(credit_note(9000)))


def test_a_statement_carries_its_total_from_page_to_page(printer: Printer) -> None:
    """At the foot of each page what its gifts and all before come to; at the head of the next the same."""
    long = statement(60)
    pages = [page.extract_text() for page in pages_of(printer.print(long))]
    rows = [
        [Decimal(amount) for amount in re.findall(r"Visa ending 4242 (?:\u2212£5\.00 )?£([0-9.]+)", page)]
        for page in pages
    ]
    carried = [re.findall(r"Carried forward £([0-9.,]+)", page) for page in pages]
    brought = [re.findall(r"Brought forward £([0-9.,]+)", page) for page in pages]

    assert len(pages) == 3
    assert sum(map(len, rows)) == 60
    sums = [f"{total:,.2f}" for total in accumulate(sum(page, Decimal()) for page in rows)]
    assert carried == [[sums[0]], [sums[1]], []]
    assert brought == [[], [sums[0]], [sums[1]]]
    assert f"£{sums[2]}" in pages[2]
    assert "Total kept £1,512.70" in " ".join(pages[2].split())


def test_a_statement_has_bookmarks_for_its_months(printer: Printer) -> None:
    """Below its title, in order."""
    outline = pypdf.PdfReader(io.BytesIO(printer.print(statement(12)))).outline

    assert list(titles(outline)) == ["Statement of donations ST2027-000001", "April 2026", "May 2026", "June 2026"]


def titles(outline: pypdf.types.OutlineType | pypdf.generic.Destination) -> Iterator[str | None]:
    """The titles of bookmarks, those below after their own."""
    if isinstance(outline, list):
        for mark in outline:
            yield from titles(mark)  # type: ignore[arg-type]
    else:
        yield outline.title


def test_a_receipt_for_several_gifts_calls_itself_one(printer: Printer) -> None:
    """And has no column of what went back where nothing did."""
    text = text_of(printer.print(statement(3, StatementKind.CONSOLIDATED, back=0)))

    assert "Receipt for several donations" in text
    assert "given back" not in text
    assert "Total of 3 donations £75.03" in text


def test_play_money_is_called_so_on_every_kind(printer: Printer) -> None:
    """On each of its pages."""
    for document in (credit_note(), statement(30)):
        pages = pages_of(printer.print(replace(document, mode="test")))
        assert all("TEST \u2013 no money moved" in page.extract_text() for page in pages)


def test_the_same_document_is_the_same_bytes(printer: Printer) -> None:
    """Whatever its kind."""
    for document in (statement(20), replace(credit_note(), organisation=TALL)):
        assert printer.print(document) == printer.print(document)
