"""Print documents as PDF. WeasyPrint is used here and nowhere else, and loaded by the worker alone."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from warnings import catch_warnings, simplefilter

from receipts.archiving import ARCHIVE_VARIANT, ATTACHED_AS, USUAL_VARIANT, snapshot_of, with_ua_claim
from receipts.artifacts import leave_margins_out
from receipts.jurisdictions import FactsMissing, missing_facts
from receipts.layouts import LAYOUTS, layout_of
from receipts.plates.codes import check_picture
from receipts.plates.pdf_file import FileParts
from receipts.plates.plate import StampedPage
from receipts.plates.shelf import MOST_STYLES, PlateShelf
from receipts.printing_process import LogoReader, no_logo
from receipts.receipt import LEGAL, PLAIN, Receipt
from receipts.scripts import SCRIPTS, MissingGlyphs, Script, scripts_with
from receipts.sheets import Document, is_on_letter_paper, sheet_name, sheet_values
from web.pages import Pages

PACKAGE = Path(__file__).parent
FONTS = PACKAGE / "fonts"
TEMPLATES = PACKAGE.parent / "templates"
FONT_SCHEME, LOGO_SCHEME = "font:", "logo:"
CODE_URL = "qr:"  # the code of the page, whatever its address
LETTER_PAPER = "@page { size: Letter }"


class ForeignReference(ValueError):
    """The page to be printed refers to a file or a URL. Somebody has injected it."""


def document_printer(mode: str, base_url: str, read_logo: LogoReader) -> "Printer":
    """The printer of an installation. Every document says itself whose it is."""

    def nobody() -> Any:
        raise LookupError("a page without a document")

    return Printer(Pages(TEMPLATES, identity=nobody, mode=mode, base_url=base_url), read_logo)


@dataclass(frozen=True, slots=True)
class SheetHtml:
    """A page to print: its HTML, in the style of a layout, with an organisation's colour, on A4 or Letter.

    `code` is the address of its QR code. With a document to `archive` attached it is for archiving.
    """

    html: str
    template: int
    colour: str | None = None
    on_letter: bool = False
    code: str = ""
    archive: Document | None = None

    @property
    def style(self) -> Hashable:
        """What it shares with other pages that are laid out alike."""
        return self.template, self.colour, self.on_letter


class Printer:
    """Prints documents, with fonts and stylesheets read once. `read_logo` gives the logos that they name.

    The same document gives the same bytes, whether it is laid out or stamped (`receipts/plates/`). Layouts before
    `first_plated` are laid out always, as they were before there were plates. It is not thread-safe.
    """

    def __init__(
        self,
        pages: Pages,
        read_logo: LogoReader = no_logo,
        most_plates: int = MOST_STYLES,
        first_plated: int = LEGAL,
    ) -> None:
        # Imported here because it takes a second and 70 MiB, which the web process, which imports this module, must
        # not pay. On a machine without any font it can crash the process.
        import weasyprint  # noqa: PLC0415

        # It warns of each letter without a glyph, which is a donor's. What becomes of it: MissingGlyphs.
        weasyprint.LOGGER.setLevel("ERROR")
        self._pages, self._weasyprint = pages, weasyprint
        self._picture, fonts_only = _fetchers(weasyprint.urls, read_logo)
        self._fonts = weasyprint.text.fonts.FontConfiguration()
        self._styles = {
            number: weasyprint.CSS(
                string=(TEMPLATES / layout.style).read_text(), font_config=self._fonts, url_fetcher=fonts_only
            )
            for number, layout in LAYOUTS.items()
        }
        self._letter_paper = weasyprint.CSS(string=LETTER_PAPER)
        self._first_plated = first_plated
        self.plates = PlateShelf(self._objects, _font_file(weasyprint), most_plates)

    def print(self, document: Document, *, is_duplicate: bool = False) -> bytes:
        """The document as a tagged PDF (PDF/UA-1, and PDF/A-3a where it is to be archived), as it was issued.

        Raises what `sheet` and `page` raise. A duplicate says that it is one; the first layouts have none.
        """
        return b"".join(self.file(self.page(self.sheet(document, is_duplicate=is_duplicate))))

    def sheet(self, document: Document, *, is_duplicate: bool = False) -> SheetHtml:
        """What is written on a document. Raises UnknownLayout, and FactsMissing where its law asks for more."""
        layout = layout_of(document.template)
        if document.template < LEGAL and isinstance(document, Receipt):
            return self._old_sheet(document, layout.sheet)
        if missing := missing_facts(document):
            raise FactsMissing(missing)
        pages = self._pages.of(document.issuer)
        with pages.speaking():  # as it was issued, whoever looks at it now
            values = sheet_values(document, pages.wording, is_duplicate=is_duplicate)
            html = pages.render(sheet_name(document), **values)
        archive = document if document.style and document.style.archived else None
        on_letter = is_on_letter_paper(document)
        return SheetHtml(html, document.template, _colour_of(document), on_letter, document.verify_url, archive)

    def _old_sheet(self, receipt: Receipt, sheet: str) -> SheetHtml:
        """A receipt of the first layouts."""
        pages = self._pages.of(receipt.issuer)
        with pages.speaking():
            html = pages.render(sheet, receipt=receipt, words=receipt.words)
        return SheetHtml(html, receipt.template, _colour_of(receipt))

    def page(self, sheet: SheetHtml) -> StampedPage | FileParts:
        """A sheet in a plate; where no plate is fit for it, it is laid out, and the file is made.

        Raises ForeignReference, and MissingGlyphs where no font has a letter of it.
        """
        if sheet.archive is not None or sheet.template < self._first_plated:
            return (self._finished(sheet, self._lay_out(sheet)),)
        if (stamped := self.plates.stamp(sheet.style, sheet.html, sheet.code)) is not None:
            return stamped
        document = self._lay_out(sheet)
        engraved = self.plates.engrave(sheet.style, sheet.html, sheet.code, document)
        return engraved or (self._finished(sheet, document),)

    def file(self, page: StampedPage | FileParts) -> FileParts:
        """The file of a page."""
        return page.file() if isinstance(page, StampedPage) else page

    def print_html(self, html: str, template: int = PLAIN, colour: str | None = None, style: str = "") -> bytes:
        """HTML in the style of a layout, and in a further `style` below `templates/`, as PDF.

        A reference to a file or URL, but for a kept logo, is refused. Letters that no font has are boxes.
        """
        sheet = SheetHtml(html, template, colour)
        further = [self._weasyprint.CSS(string=(TEMPLATES / style).read_text())] if style else []
        return self._write(sheet, self._lay_out(sheet, further))

    def lacking(self) -> Sequence[Script]:
        """The scripts that no font on this machine has; a document with their letters would not be printed."""
        samples = "".join(f"<p>{script.sample}" for script in SCRIPTS)
        sheet = SheetHtml(f"<html lang=en><title>t</title>{samples}", LEGAL)
        document = self._lay_out(sheet)
        self._write(sheet, document)
        return scripts_with(_missing(document))

    def _lay_out(self, sheet: SheetHtml, further: Sequence[Any] = ()) -> Any:
        """The page as WeasyPrint lays it out, in `further` styles."""
        styles = [self._styles[sheet.template], *further]
        if sheet.on_letter:
            styles.append(self._letter_paper)
        if sheet.colour is not None:
            styles.append(self._weasyprint.CSS(string=f":root {{ --colour: {sheet.colour} }}"))
        page = self._weasyprint.HTML(string=sheet.html, url_fetcher=partial(self._picture, sheet.code))
        try:
            document = page.render(stylesheets=styles, font_config=self._fonts, **_options(sheet.archive))
        except self._weasyprint.urls.FatalURLFetchingError as reference:
            # It is a BaseException, which would end the worker.
            raise ForeignReference(str(reference)) from None
        document.root = page.etree_element
        return document

    def _objects(self, document: Any) -> Any:
        """The objects of the file of a page, which `receipts/plates/` writes."""
        return self._weasyprint.pdf.generate_pdf(document, None, 1, **self._weasyprint.DEFAULT_OPTIONS | _options(None))

    def _finished(self, sheet: SheetHtml, document: Any) -> bytes:
        """The PDF of a page that is laid out; raises MissingGlyphs, ForeignReference."""
        pdf = self._write(sheet, document)
        if missing := _missing(document):
            raise MissingGlyphs(missing)
        return pdf

    def _write(self, sheet: SheetHtml, document: Any) -> bytes:
        options = _options(sheet.archive)
        if sheet.template >= LEGAL:
            options["finisher"] = _finish_archive if sheet.archive else _finish
        if sheet.archive:
            document.metadata.attachments = [self._attachment(sheet.archive)]
        try:
            with catch_warnings():
                # WeasyPrint 70 leaves the file of its colour profile to the garbage collector.
                simplefilter("ignore", ResourceWarning)
                pdf: bytes = document.write_pdf(**options)
        except self._weasyprint.urls.FatalURLFetchingError as reference:
            raise ForeignReference(str(reference)) from None
        return pdf

    def _attachment(self, document: Document) -> Any:
        """The document's data, as a file of the day on which it was issued."""
        issued = datetime.combine(document.issued_on, time.min)
        return self._weasyprint.Attachment(
            string=snapshot_of(document), name=f"{document.number}.json", description=ATTACHED_AS, created=issued,
            modified=issued, relationship="Source",
        )  # fmt: skip


def _options(archive: Document | None) -> dict[str, Any]:
    return {"pdf_variant": ARCHIVE_VARIANT if archive else USUAL_VARIANT}


def _missing(document: Any) -> set[int]:
    """The letters that stand in the file as boxes: WeasyPrint writes down which they were."""
    return {letter for font in document.fonts.values() for letter in font.missing}


def _font_file(weasyprint: ModuleType) -> Callable[[Any], bytes]:
    """Reads the file of a font that WeasyPrint draws with."""
    return lambda font: weasyprint.text.fonts.get_hb_object_data(font.hb_face)


def _finish(document: Any, pdf: Any) -> None:
    """Mend the tags of what has margins to read from."""
    if len(document.pages) > 1:
        leave_margins_out(pdf)


def _finish_archive(document: Any, pdf: Any) -> None:
    """Say in the metadata of a PDF/A that it is PDF/UA-1 as well, and name the attached file once."""
    _finish(document, pdf)
    files = pdf.catalog["AF"]
    files[:] = dict.fromkeys(files)  # WeasyPrint 70 has it from the list of names, and again from the objects
    metadata = next(part for part in pdf.objects if getattr(part, "extra", {}).get("Type") == "/Metadata")
    metadata.stream = [with_ua_claim(b"".join(metadata.stream))]


def _colour_of(document: Document) -> str | None:
    return document.style.colour if document.style else None


def _fetchers(urls: ModuleType, read_logo: LogoReader) -> tuple[Callable[[str, str], Any], Callable[[str], Any]]:
    """Two URL fetchers: the page's draws the code of an address and reads kept logos, the stylesheet's our fonts."""

    def refuse(url: str) -> Any:
        raise urls.FatalURLFetchingError(f"a receipt may not refer to {url[:200]}")

    fonts = {f"{FONT_SCHEME}{path.name}": path for path in FONTS.glob("*.woff2")}

    def fonts_only(url: str) -> Any:
        if url not in fonts:
            refuse(url)
        return urls.URLFetcherResponse(url, fonts[url].read_bytes(), {"Content-Type": "font/woff2"})

    def pictures_only(code: str, url: str) -> Any:
        if url == CODE_URL:
            return urls.URLFetcherResponse(url, check_picture(code), {"Content-Type": "image/png"})
        if not url.startswith(LOGO_SCHEME):
            refuse(url)
        body, media_type = read_logo(url.removeprefix(LOGO_SCHEME))
        return urls.URLFetcherResponse(url, body, {"Content-Type": media_type})

    return pictures_only, fonts_only
