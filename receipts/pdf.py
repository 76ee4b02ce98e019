"""Print receipts as PDF. WeasyPrint is used here and nowhere else, and loaded by the worker alone."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from receipts.layouts import LAYOUTS, layout_of
from receipts.receipt import PLAIN, Receipt
from web.pages import Pages

PACKAGE = Path(__file__).parent
FONTS = PACKAGE / "fonts"
TEMPLATES = PACKAGE.parent / "templates"
FONT_SCHEME = "font:"

LOGO_SCHEME = "logo:"

Fetcher = Callable[[str], Any]
LogoReader = Callable[[str], tuple[bytes, str]]
"""The bytes and the media type of the logo of a hash; raises LookupError."""


class ForeignReference(Exception):
    """The page to be printed refers to a file or a URL. Somebody has injected it."""


def _no_logo(name: str) -> tuple[bytes, str]:
    raise LookupError(name)


class Printer:
    """Prints receipts, with fonts and stylesheets read once. `read_logo` gives the logos that receipts name.

    The same receipt gives the same bytes. It is not thread-safe.
    """

    def __init__(self, pages: Pages, read_logo: LogoReader = _no_logo) -> None:
        # Imported here because it takes a second and 70 MiB, which the web process, which imports this module, must
        # not pay. On a machine without any font it can crash the process.
        import weasyprint  # noqa: PLC0415

        self._pages, self._weasyprint = pages, weasyprint
        self._logos_only, fonts_only = _fetchers(weasyprint.urls, read_logo)
        self._fonts = weasyprint.text.fonts.FontConfiguration()
        self._styles = {
            number: weasyprint.CSS(
                string=(TEMPLATES / layout.style).read_text(), font_config=self._fonts, url_fetcher=fonts_only
            )
            for number, layout in LAYOUTS.items()
        }

    def print(self, receipt: Receipt) -> bytes:
        """The receipt as a tagged A4 PDF (PDF/UA-1), as it was issued. Raises ForeignReference, UnknownLayout."""
        sheet = layout_of(receipt.template).sheet
        pages = self._pages.of(receipt.issuer)
        colour = receipt.style.colour if receipt.style else None
        with pages.speaking():  # as it was issued, whoever looks at it now
            html = pages.render(sheet, receipt=receipt, words=receipt.words)
        return self.print_html(html, receipt.template, colour)

    def print_html(self, html: str, template: int = PLAIN, colour: str | None = None, style: str = "") -> bytes:
        """HTML in the style of a receipt, and in a further `style` below `templates/`, as PDF.

        A reference to a file or URL, but for a kept logo, is refused.
        """
        try:
            styles = [self._styles[template]]
            if style:
                styles.append(self._weasyprint.CSS(string=(TEMPLATES / style).read_text()))
            if colour is not None:
                styles.append(self._weasyprint.CSS(string=f":root {{ --colour: {colour} }}"))
            document = self._weasyprint.HTML(string=html, url_fetcher=self._logos_only)
            pdf: bytes = document.write_pdf(stylesheets=styles, font_config=self._fonts, pdf_variant="pdf/ua-1")
        except self._weasyprint.urls.FatalURLFetchingError as reference:
            # It is a BaseException, which would end the worker.
            raise ForeignReference(str(reference)) from None
        return pdf


def _fetchers(urls: ModuleType, read_logo: LogoReader) -> tuple[Fetcher, Fetcher]:
    """Two URL fetchers: the page's reads only kept logos, the stylesheet's only our own fonts."""

    def refuse(url: str) -> Any:
        raise urls.FatalURLFetchingError(f"a receipt may not refer to {url[:200]}")

    fonts = {f"{FONT_SCHEME}{path.name}": path for path in FONTS.glob("*.woff2")}

    def fonts_only(url: str) -> Any:
        if url not in fonts:
            refuse(url)
        return urls.URLFetcherResponse(url, fonts[url].read_bytes(), {"Content-Type": "font/woff2"})

    def logos_only(url: str) -> Any:
        if not url.startswith(LOGO_SCHEME):
            refuse(url)
        body, media_type = read_logo(url.removeprefix(LOGO_SCHEME))
        return urls.URLFetcherResponse(url, body, {"Content-Type": media_type})

    return logos_only, fonts_only
