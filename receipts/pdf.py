"""Print receipts as PDF. WeasyPrint is used here and nowhere else, and loaded by the worker alone."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from receipts.layouts import LAYOUTS, layout_of
from receipts.receipt import TEMPLATE, Receipt
from web.pages import Pages

PACKAGE = Path(__file__).parent
FONTS = PACKAGE / "fonts"
TEMPLATES = PACKAGE.parent / "templates"
FONT_SCHEME = "font:"

Fetcher = Callable[[str], Any]


class ForeignReference(Exception):
    """The page to be printed refers to a file or a URL. Somebody has injected it."""


class Printer:
    """Prints receipts, with fonts and stylesheets read once.

    The same receipt gives the same bytes. It is not thread-safe.
    """

    def __init__(self, pages: Pages) -> None:
        # Imported here because it takes a second and 70 MiB, which the web process, which imports this module, must
        # not pay. On a machine without any font it can crash the process.
        import weasyprint  # noqa: PLC0415

        self._pages, self._weasyprint = pages, weasyprint
        self._refuse, fonts_only = _fetchers(weasyprint.urls)
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
        return self.print_html(self._pages.render(sheet, receipt=receipt), receipt.template)

    def print_html(self, html: str, template: int = TEMPLATE) -> bytes:
        """HTML in the style of a receipt as PDF. A reference to a file or URL is refused."""
        try:
            document = self._weasyprint.HTML(string=html, url_fetcher=self._refuse)
            pdf: bytes = document.write_pdf(
                stylesheets=[self._styles[template]], font_config=self._fonts, pdf_variant="pdf/ua-1"
            )
        except self._weasyprint.urls.FatalURLFetchingError as reference:
            # It is a BaseException, which would end the worker.
            raise ForeignReference(str(reference)) from None
        return pdf


def _fetchers(urls: ModuleType) -> tuple[Fetcher, Fetcher]:
    """Two URL fetchers: the page's refuses everything, the stylesheet's reads only our own fonts."""

    def refuse(url: str) -> Any:
        raise urls.FatalURLFetchingError(f"a receipt may not refer to {url[:200]}")

    fonts = {f"{FONT_SCHEME}{path.name}": path for path in FONTS.glob("*.woff2")}

    def fonts_only(url: str) -> Any:
        if url not in fonts:
            refuse(url)
        return urls.URLFetcherResponse(url, fonts[url].read_bytes(), {"Content-Type": "font/woff2"})

    return refuse, fonts_only
