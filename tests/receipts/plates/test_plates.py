"""Pages that are stamped: the same as those that are laid out, or refused."""

import io
from dataclasses import replace

import pikepdf
import pytest

from organisation.receipt_rules import Jurisdiction
from receipts.pdf import Printer
from receipts.receipt import PLAIN, Receipt
from receipts.scripts import MissingGlyphs
from receipts.sheets import Document
from tests.receipts.documents import CHECK_URL, credit_note, legal_receipt, tall_receipt
from tests.receipts.plates.donors import random_receipt
from tests.receipts.plates.structure import structure_of
from tests.receipts.samples import COALITION, PAGES, draft, receipt
from tests.receipts.test_pdf import text_of
from tests.web.corpus import DATABASE, MARKUP, REAL
from web.typed import tidy

LONG_ADDRESS = "https://give.a-coalition-of-many-local-groups.org.uk/verify/2026-000123/7KQ4-ABCD-WXYZ-2345"
NEVER = 99  # a layout that there is not


@pytest.fixture(scope="module")
def stamping() -> Printer:
    """A printer that keeps plates."""
    return Printer(PAGES)


@pytest.fixture(scope="module")
def laying_out() -> Printer:
    """A printer that makes the same files and never stamps one."""
    return Printer(PAGES, most_plates=0)


@pytest.fixture(scope="module")
def weasyprint_alone() -> Printer:
    """A printer that knows no plates."""
    return Printer(PAGES, first_plated=NEVER)


def plain(**changes: object) -> Receipt:
    """A receipt with a code, of texts that a plate can set."""
    return receipt(replace(draft(), verify_url=CHECK_URL), **changes)  # type: ignore[arg-type]


def outcome(printer: Printer, document: Document) -> bytes | type[Exception]:
    """The file of a document, or why there is none: no font on this machine may have its letters."""
    try:
        return printer.print(document)
    except MissingGlyphs as reason:
        return type(reason)


def pictures_of(pdf: pikepdf.Pdf) -> dict[str, bytes]:
    """The dots of each picture of the first page, by its name in the content."""
    pictures = pdf.pages[0].get_images().items()
    return {name: pikepdf.PdfImage(picture).as_pil_image().convert("RGB").tobytes() for name, picture in pictures}


def stamps(printer: Printer, document: Document, after: Document, *, is_duplicate: bool = False) -> bool:
    """Whether a document is stamped when only another was printed before."""
    printer.plates.clear()
    printer.print(after, is_duplicate=is_duplicate)
    before = printer.plates.stamped
    printer.print(document, is_duplicate=is_duplicate)
    return printer.plates.stamped > before


@pytest.mark.parametrize("seed", range(30))
def test_a_stamped_page_is_the_page_that_would_have_been_laid_out(
    stamping: Printer, laying_out: Printer, seed: int
) -> None:
    """Byte for byte, whatever was printed before."""
    donor = random_receipt(seed)

    assert outcome(stamping, donor) == outcome(laying_out, donor)


def test_most_donors_are_stamped(stamping: Printer) -> None:
    """Those with western names, once a page with as many lines was laid out."""
    before = stamping.plates.stamped
    for seed in range(200, 250):
        outcome(stamping, random_receipt(seed))

    assert stamping.plates.stamped - before > 20


@pytest.mark.parametrize("text", MARKUP + DATABASE + REAL[:4], ids=ascii)
def test_a_hostile_name_is_stamped_as_text_or_laid_out(stamping: Printer, laying_out: Printer, text: str) -> None:
    """It never becomes an operator of the page, nor a part of the file."""
    donor = replace(plain(), donor_name=tidy(text, 100))
    stamping.print(plain())

    printed = outcome(stamping, donor)

    assert printed == outcome(laying_out, donor)
    if isinstance(printed, bytes):
        with pikepdf.open(io.BytesIO(printed)) as pdf:
            assert pdf.check_pdf_syntax() == []


@pytest.mark.parametrize("seed", range(1000, 1006))
def test_weasyprint_alone_prints_the_same_page(stamping: Printer, weasyprint_alone: Printer, seed: int) -> None:
    """The same operators, texts, pictures, tags and metadata; only the fonts have more letters."""
    donor = random_receipt(seed)

    stamped, alone = stamping.print(donor), weasyprint_alone.print(donor)

    assert text_of(stamped) == text_of(alone)
    with pikepdf.open(io.BytesIO(stamped)) as mine, pikepdf.open(io.BytesIO(alone)) as theirs:
        assert mine.pages[0].Contents.read_bytes() == theirs.pages[0].Contents.read_bytes()
        assert pictures_of(mine) == pictures_of(theirs)
        assert structure_of(mine) == structure_of(theirs)
        assert mine.Root.Metadata.read_bytes() == theirs.Root.Metadata.read_bytes()
        assert dict(mine.docinfo.items()) == dict(theirs.docinfo.items())
        assert [str(mark.title) for mark in mine.open_outline().root] == [
            str(mark.title) for mark in theirs.open_outline().root
        ]


STAMPED: dict[str, tuple[Document, Document]] = {
    "another donor": (replace(plain(), donor_name="Griffith Ávila-O\u2019Toole & Co"), plain()),
    "another number": (plain(number="2027-999999"), plain()),
    "another code": (replace(plain(), verify_url=CHECK_URL.replace("7KQ4", "0ZXY")), plain()),
    "a number at an address of two lines": (
        replace(plain(number="2026-000124"), verify_url=LONG_ADDRESS.replace("123", "124")),
        replace(plain(), verify_url=LONG_ADDRESS),
    ),
    "no name": (replace(plain(), donor_name=""), plain()),
    "another method": (replace(plain(), method="US bank account"), plain()),
    "a credit note": (credit_note(123), credit_note()),
    **{f"for {law}": (replace(legal_receipt(law), donor_name="Bo Li"), legal_receipt(law)) for law in Jurisdiction},
}
LAID_OUT: dict[str, tuple[Document, Document]] = {
    "a name of two lines": (replace(plain(), donor_name="Featherstonehaugh " * 5), plain()),
    "a name without a break": (replace(plain(), donor_name="W" * 100), plain()),
    "a Greek name": (replace(plain(), donor_name="Ελένη"), plain()),
    "a Polish name": (replace(plain(), donor_name="Łukasz Żak"), plain()),
    "an accent by itself": (replace(plain(), donor_name="q\u0301"), plain()),
    "a code as long as no other": (replace(plain(), verify_url=CHECK_URL + "A"), plain()),
    "no code": (replace(plain(), verify_url=""), plain()),
    "another line": (replace(plain(), lines=plain().lines * 2), plain()),
    "a test": (replace(plain(), mode="test"), plain()),
    "an imprint of more lines": (
        replace(plain(), organisation=replace(COALITION, imprint=COALITION.imprint * 4)), plain(),
    ),
    "a page of an imprint of more lines": (
        plain(), replace(plain(), organisation=replace(COALITION, imprint=COALITION.imprint * 4, name="Others")),
    ),
    "two sheets": (tall_receipt(), tall_receipt()),
}  # fmt: skip


@pytest.mark.parametrize(("document", "after"), STAMPED.values(), ids=list(STAMPED))
def test_what_fits_the_plate_is_stamped(
    stamping: Printer, laying_out: Printer, document: Document, after: Document
) -> None:
    """With every text that may differ between two documents of a kind."""
    assert stamps(stamping, document, after)
    assert stamping.print(document) == laying_out.print(document)


@pytest.mark.parametrize(("document", "after"), LAID_OUT.values(), ids=list(LAID_OUT))
def test_what_does_not_fit_is_laid_out(
    stamping: Printer, laying_out: Printer, document: Document, after: Document
) -> None:
    """A text that does not fit its line, a letter or a line that the plate lacks."""
    assert not stamps(stamping, document, after)
    assert stamping.print(document) == laying_out.print(document)


def test_a_duplicate_has_a_plate_of_its_own(stamping: Printer, laying_out: Printer) -> None:
    """Its mark is never left out, nor stamped into an original."""
    original = stamping.print(plain())

    assert stamping.print(plain(), is_duplicate=True) == laying_out.print(plain(), is_duplicate=True) != original
    assert stamping.print(plain()) == original


def test_a_plate_needs_no_certain_layout(weasyprint_alone: Printer) -> None:
    """The first layouts, which are in fact printed without plates, could be stamped as well."""
    printer = Printer(PAGES, first_plated=PLAIN)
    old, other = (replace(plain(), template=PLAIN, donor_name=name) for name in ("Bo", "Zoë Ünal"))

    assert stamps(printer, other, old)
    stamped, alone = io.BytesIO(printer.print(other)), io.BytesIO(weasyprint_alone.print(other))
    with pikepdf.open(stamped) as mine, pikepdf.open(alone) as theirs:
        assert mine.pages[0].Contents.read_bytes() == theirs.pages[0].Contents.read_bytes()


@pytest.mark.parametrize("law", Jurisdiction)
def test_a_stamped_page_is_small(stamping: Printer, law: Jurisdiction) -> None:
    """It has every letter of its plate, in less than 30 kB."""
    assert len(stamping.print(legal_receipt(law))) < 30_000
