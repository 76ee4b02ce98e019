"""Print documents as PDF. WeasyPrint is used here and nowhere else, and loaded by the worker alone."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from pathlib import Path
from types import ModuleType
from typing import Any
from warnings import catch_warnings, simplefilter

from receipts.archiving import ARCHIVE_VARIANT, ATTACHED_AS, USUAL_VARIANT, snapshot_of, with_ua_claim
from receipts.artifacts import leave_margins_out
from receipts.check_picture import check_picture
from receipts.jurisdictions import FactsMissing, missing_facts
from receipts.layouts import LAYOUTS, layout_of
from receipts.plates.plate import PageTexts
from receipts.plates.shelf import MOST_STYLES, PlateShelf
from receipts.printing_process import LogoReader, no_logo
from receipts.receipt import LEGAL, PLAIN, Receipt
from receipts.scripts import SCRIPTS, MissingGlyphs, Script, scripts_with
from receipts.sheets import Document, is_on_letter_paper, sheet_name, sheet_values
from web.pages import Pages

PACKAGE = Path(__file__).parent
FONTS = PACKAGE / "fonts"
TEMPLATES = PACKAGE.parent / "templates"
FONT_SCHEME, LOGO_SCHEME, CHECK_SCHEME = "font:", "logo:", "qr:"
LETTER_PAPER = "@page { size: Letter }"

Fetcher = Callable[[str], Any]


class ForeignReference(ValueError):
    """The page to be printed refers to a file or a URL. Somebody has injected it."""


def document_printer(mode: str, base_url: str, read_logo: LogoReader) -> "Printer":
    """The printer of an installation. Every document says itself whose it is."""

    def nobody() -> Any:
        raise LookupError("a page without a document")

    return Printer(Pages(TEMPLATES, identity=nobody, mode=mode, base_url=base_url), read_logo)


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
        self._pictures_only, fonts_only = _fetchers(weasyprint.urls, read_logo)
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

        Raises ForeignReference, UnknownLayout, FactsMissing where its law asks for more than it says, and MissingGlyphs
        where no font has a letter of it. A duplicate says that it is one; the first layouts have none.
        """
        layout = layout_of(document.template)
        if document.template < LEGAL and isinstance(document, Receipt):
            return self._print_old(document, layout.sheet)
        if missing := missing_facts(document):
            raise FactsMissing(missing)
        pages = self._pages.of(document.issuer)
        with pages.speaking():  # as it was issued, whoever looks at it now
            values = sheet_values(document, pages.wording, is_duplicate=is_duplicate)
            html = pages.render(sheet_name(document), **values)
        further = [self._letter_paper] if is_on_letter_paper(document) else []
        if document.style and document.style.archived:
            return self._print(html, document.template, _colour_of(document), further, attached=document)
        return self._print(html, document.template, _colour_of(document), further)

    def _print_old(self, receipt: Receipt, sheet: str) -> bytes:
        """A receipt of the first layouts."""
        pages = self._pages.of(receipt.issuer)
        with pages.speaking():
            html = pages.render(sheet, receipt=receipt, words=receipt.words)
        return self._print(html, receipt.template, _colour_of(receipt), [])

    def print_html(self, html: str, template: int = PLAIN, colour: str | None = None, style: str = "") -> bytes:
        """HTML in the style of a layout, and in a further `style` below `templates/`, as PDF.

        A reference to a file or URL, but for a kept logo, is refused. Letters that no font has are boxes.
        """
        further = [self._weasyprint.CSS(string=(TEMPLATES / style).read_text())] if style else []
        return self._write(self._lay_out(html, template, colour, further), template)

    def lacking(self) -> Sequence[Script]:
        """The scripts that no font on this machine has; a document with their letters would not be printed."""
        samples = "".join(f"<p>{script.sample}" for script in SCRIPTS)
        document = self._lay_out(f"<html lang=en><title>t</title>{samples}", LEGAL, None, [])
        self._write(document, LEGAL)
        return scripts_with(_missing(document))

    def _print(
        self, html: str, template: int, colour: str | None, further: list[Any], attached: Document | None = None
    ) -> bytes:
        if attached is None and template >= self._first_plated:
            return self._stamp(html, template, colour, further)
        document = self._lay_out(html, template, colour, further, attached)
        return self._finished(document, template, attached)

    def _stamp(self, html: str, template: int, colour: str | None, further: list[Any]) -> bytes:
        """The PDF of a page: stamped, or laid out where no plate is fit for it."""
        page, style = PageTexts.of(html), (template, colour, bool(further))
        if (stamped := self.plates.stamp(style, page)) is not None:
            return stamped
        document = self._lay_out(html, template, colour, further)
        return self.plates.engrave(style, page, document) or self._finished(document, template)

    def _lay_out(
        self, html: str, template: int, colour: str | None, further: list[Any], attached: Document | None = None
    ) -> Any:
        """The page as WeasyPrint lays it out. With a document's data attached it is for archiving."""
        styles = [self._styles[template], *further]
        if colour is not None:
            styles.append(self._weasyprint.CSS(string=f":root {{ --colour: {colour} }}"))
        page = self._weasyprint.HTML(string=html, url_fetcher=self._pictures_only)
        try:
            document = page.render(stylesheets=styles, font_config=self._fonts, **_options(attached))
        except self._weasyprint.urls.FatalURLFetchingError as reference:
            # It is a BaseException, which would end the worker.
            raise ForeignReference(str(reference)) from None
        document.root = page.etree_element
        return document

    def _objects(self, document: Any) -> Any:
        """The objects of the file of a page, which `receipts/plates/` writes."""
        return self._weasyprint.pdf.generate_pdf(document, None, 1, **self._weasyprint.DEFAULT_OPTIONS | _options(None))

    def _finished(self, document: Any, template: int, attached: Document | None = None) -> bytes:
        """The PDF of a page; raises MissingGlyphs, ForeignReference."""
        pdf = self._write(document, template, attached)
        if missing := _missing(document):
            raise MissingGlyphs(missing)
        return pdf

    def _write(self, document: Any, template: int, attached: Document | None = None) -> bytes:
        options = _options(attached)
        if template >= LEGAL:
            options["finisher"] = _finish_archive if attached else _finish
        if attached:
            document.metadata.attachments = [self._attachment(attached)]
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


def _options(attached: Document | None) -> dict[str, Any]:
    return {"pdf_variant": ARCHIVE_VARIANT if attached else USUAL_VARIANT}


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


def _fetchers(urls: ModuleType, read_logo: LogoReader) -> tuple[Fetcher, Fetcher]:
    """Two URL fetchers: the page's reads only kept logos and draws codes, the stylesheet's only our own fonts."""

    def refuse(url: str) -> Any:
        raise urls.FatalURLFetchingError(f"a receipt may not refer to {url[:200]}")

    fonts = {f"{FONT_SCHEME}{path.name}": path for path in FONTS.glob("*.woff2")}

    def fonts_only(url: str) -> Any:
        if url not in fonts:
            refuse(url)
        return urls.URLFetcherResponse(url, fonts[url].read_bytes(), {"Content-Type": "font/woff2"})

    def pictures_only(url: str) -> Any:
        if url.startswith(CHECK_SCHEME):
            picture = check_picture(url.removeprefix(CHECK_SCHEME))
            return urls.URLFetcherResponse(url, picture, {"Content-Type": "image/svg+xml"})
        if not url.startswith(LOGO_SCHEME):
            refuse(url)
        body, media_type = read_logo(url.removeprefix(LOGO_SCHEME))
        return urls.URLFetcherResponse(url, body, {"Content-Type": media_type})

    return pictures_only, fonts_only
