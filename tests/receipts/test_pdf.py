"""The printed receipt: what stands on it, who can read it, and what it will not be made to do."""

import hashlib
import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdf
import pytest

from ledger.money import GBP, JPY, Currency
from receipts.pdf import ForeignReference, Printer
from receipts.receipt import Draft
from tests.receipts.samples import COALITION, PAGES, TEMPLATES, draft, receipt
from tests.speed import within
from web.typed import tidy

SECRET = "the contents of a file on our server"

FORTY_ONE = tuple((f"Local group {n}", 100 + n) for n in range(1, 42))

# Each asks for {url}; the first column is what a reader calls it.
REFERENCES = {
    "picture": '<img src="{url}">',
    "stylesheet": '<link rel="stylesheet" href="{url}">',
    "attachment": '<link rel="attachment" href="{url}">',
    "attached link": '<a rel="attachment" href="{url}">x</a>',
    "import": '<style>@import url("{url}");</style>',
    "import in a sheet's media": '<style>@media print { @import "{url}"; } @import "{url}" print;</style>',
    "font": '<style>@font-face { font-family: Z; src: url("{url}"); } p { font-family: Z }</style><p>x</p>',
    "background": '<p style="background: url({url})">x</p>',
    "content": '<style>p::before { content: url("{url}") }</style><p>x</p>',
    "list mark": '<ul style="list-style-image: url({url})"><li>x</li></ul>',
    "border": '<p style="border: 9px solid; border-image-source: url({url})">x</p>',
    "svg picture": '<svg width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
    "svg use": '<svg width="9" height="9"><use href="{url}#x"/></svg>',
    "svg style": '<svg width="9" height="9"><style>@import url("{url}");</style><rect width="9"/></svg>',
    "object": '<object data="{url}" type="image/svg+xml"></object>',
    "embed": '<embed src="{url}">',
    "frame": '<iframe src="{url}"></iframe>',
    "base": '<base href="{url}"><img src="x.png">',
    "colour profile": '<style>@color-profile device-cmyk { src: url("{url}") }</style>',
}


def text_of(pdf: bytes) -> str:
    """What a reader can select, with every run of space as one."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A web server's door: anything that knocks has gone out to the network."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        yield door


def knocked(door: socket.socket) -> bool:
    """Whether anybody came."""
    try:
        visitor, _ = door.accept()
    except BlockingIOError:
        return False
    visitor.close()
    return True


@pytest.mark.parametrize(
    ("of", "amounts"),
    [
        (draft(), ["£25.00"]),
        (draft(shares=(("Win the North", 123456), ("Legal fund", 1))), ["£1,234.56", "£0.01", "£1,234.57"]),
        (draft(shares=(("Tokyo friends", 5000),), of=JPY), ["¥5,000"]),
        (draft("g", "Nguyễn Thị Ánh, Ελένη Παπαδοπούλου, Юлия Щербакова"), ["£25.00"]),
    ],
    ids=["plain", "shared", "yen", "scripts"],
)
def test_the_print_says_what_was_frozen(printer: Printer, of: Draft, amounts: list[str]) -> None:
    """Every word and amount of the snapshot can be read and copied."""
    text = text_of(printer.print(receipt(of)))

    expected = [
        "Receipt", "2026-000123", f"Thank you, {of.donor_name}.", "20 November 2026", "21 November 2026",
        f"donor {of.donor_name}", "Visa ending 4242", "pi_3QNk2uLkdIwHu7ix0kqbw1", *amounts,
        *(line.campaign for line in of.lines), f"amount in {of.lines[0].amount.currency}",
        COALITION.name, *COALITION.address, COALITION.imprint, COALITION.legal_note, COALITION.email,
        "This is not a charitable donation. Gift Aid cannot be claimed on it.",
    ]  # fmt: skip
    assert [words for words in expected if words not in text] == []


def test_a_donor_without_a_name_is_thanked_too(printer: Printer) -> None:
    """The sentence closes without a stray comma."""
    text = text_of(printer.print(receipt(draft(donor_name=""))))

    assert "Thank you. We received" in text


@pytest.mark.parametrize(("mode", "shouts"), [("sandbox", True), ("test", True), ("live", False)])
def test_play_money_is_called_so_in_large_letters(printer: Printer, mode: str, shouts: bool) -> None:
    """On the sheet as text, and on every further sheet."""
    printed = printer.print(receipt(draft(mode=mode, shares=FORTY_ONE)))

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed)).pages]
    assert ["TEST \u2013 no money moved" in page for page in pages] == [shouts] * len(pages)


def test_one_sheet_is_enough_for_a_gift_to_ten_campaigns(printer: Printer) -> None:
    """Even a test receipt, which carries its warning as well, and the longest name that we take."""
    shares = tuple((f"Campaign {n}", 100) for n in range(10))
    longest = draft(donor_name="Featherstonehaugh " * 5, shares=shares, mode="test")

    assert len(pypdf.PdfReader(io.BytesIO(printer.print(receipt(longest)))).pages) <= 2
    assert len(pypdf.PdfReader(io.BytesIO(printer.print(receipt(draft(shares=shares[:8]))))).pages) == 1


def test_the_total_stands_once(printer: Printer) -> None:
    """However many sheets the campaigns fill."""
    assert text_of(printer.print(receipt(draft(shares=FORTY_ONE)))).count("Total received") == 1


def test_the_same_receipt_is_the_same_bytes(printer: Printer) -> None:
    """Whatever was printed before it, by whichever printer."""
    first = printer.print(receipt())
    printer.print(receipt(draft(donor_name="Somebody else", mode="test", shares=FORTY_ONE)))

    assert [printer.print(receipt()), Printer(PAGES).print(receipt())] == [first, first]


def test_another_process_prints_the_same_bytes(printer: Printer) -> None:
    """A worker that was restarted hands out the paper that the first one would have."""
    program = (
        "import hashlib; from receipts.pdf import Printer; from tests.receipts.samples import PAGES, receipt;"
        "print(hashlib.sha256(Printer(PAGES).print(receipt())).hexdigest())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=TEMPLATES.parent
    )

    assert ran.stdout.strip() == hashlib.sha256(printer.print(receipt())).hexdigest()


def test_a_screen_reader_can_follow_it(printer: Printer) -> None:
    """Tagged, titled, in a known language, with headers for each table: PDF/UA-1."""
    with pikepdf.open(io.BytesIO(printer.print(receipt()))) as pdf, pdf.open_metadata() as metadata:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "en-GB"
        assert str(pdf.docinfo.Title) == "Receipt 2026-000123 from Coalition for a Fair Count"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        tags = list(_tags(pdf.Root.StructTreeRoot))
    assert [tags.count(tag) for tag in ("/H1", "/Table", "/TH", "/TD")] == [1, 2, 8, 8]


def _tags(branch: pikepdf.Object) -> Iterator[str]:
    if isinstance(branch, pikepdf.Array):
        for twig in branch:
            yield from _tags(twig)
    elif isinstance(branch, pikepdf.Dictionary):
        if "/S" in branch:
            yield str(branch.S)
        if "/K" in branch:
            yield from _tags(branch.K)


def test_our_own_fonts_are_inside(printer: Printer) -> None:
    """The receipt looks the same on a machine that has no fonts at all."""
    with pikepdf.open(io.BytesIO(printer.print(receipt()))) as pdf:
        fonts = [font for font in pdf.objects if isinstance(font, pikepdf.Dictionary) and "/FontName" in font]
        embedded = {str(font.FontName).partition("+")[2]: "/FontFile2" in font for font in fonts}

    assert embedded == {"Receipt": True, "Receipt-Semi-Bold": True}


def test_a_receipt_is_small(printer: Printer) -> None:
    """It travels by email a thousand times after a launch party."""
    assert len(printer.print(receipt())) < 30_000


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=list(REFERENCES))
def test_nothing_outside_the_page_is_read(
    printer: Printer, listener: socket.socket, tmp_path: Path, reference: str
) -> None:
    """Markup that got into a receipt can neither reach the network nor read our files."""
    file = tmp_path / "secret.svg"
    file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{SECRET}</text></svg>')
    network = f"http://127.0.0.1:{listener.getsockname()[1]}/x"

    for address in (network, file.as_uri(), "data:text/css,p{color:red}"):
        try:
            printed = printer.print_html("<title>t</title>" + reference.replace("{url}", address))
        except ForeignReference:
            continue
        with pikepdf.open(io.BytesIO(printed)) as pdf:
            assert not pdf.attachments
        assert SECRET not in text_of(printed)

    assert not knocked(listener)


@pytest.mark.parametrize("kind", ["picture", "stylesheet", "attachment", "attached link", "import"])
def test_a_foreign_reference_stops_the_print(printer: Printer, kind: str) -> None:
    """The job fails and is listed; no half-made receipt goes out."""
    with pytest.raises(ForeignReference, match="file:///etc/passwd"):
        printer.print_html(REFERENCES[kind].replace("{url}", "file:///etc/passwd"))


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=list(REFERENCES))
def test_markup_in_a_name_is_only_text(printer: Printer, reference: str) -> None:
    """A donor called `<img src=…>` gets a receipt with that name."""
    name = reference.replace("{url}", "file:///etc/passwd").replace("\n", " ")

    assert "".join(name.split()) in "".join(text_of(printer.print(receipt(draft(donor_name=name)))).split())


def test_the_heaviest_name_that_we_take_is_printed_quickly(printer: Printer) -> None:
    """Two accents on each letter, up to the limit of the form."""
    name = tidy("a\u0301\u0316" * 33, 100)

    with within(0.5):
        printer.print(receipt(draft(donor_name=name)))


@pytest.mark.parametrize(("of", "minor"), [(GBP, 10**12 - 1), (JPY, 10**12 - 1)], ids=str)
def test_the_largest_amount_fits_its_column(printer: Printer, of: Currency, minor: int) -> None:
    """On one line, so that it cannot be misread."""
    text = text_of(printer.print(receipt(draft(shares=(("Everything", minor),), of=of))))

    assert text.count(PAGES.wording.money_exact(receipt(draft(shares=(("E", minor),), of=of)).total)) == 3


def test_the_web_process_never_loads_the_printer() -> None:
    """WeasyPrint costs a second and 70 MiB, and has crashed on machines without fonts."""
    program = (
        "import sys, receipts.routes, receipts.jobs, receipts.store, receipts.pdf, web.typed;"
        "print('weasyprint' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=TEMPLATES.parent
    )

    assert ran.stdout.strip() == "False"
