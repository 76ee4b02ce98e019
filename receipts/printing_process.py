"""A process that prints: started by `receipts/printing.py`, with a socket to it, and ended when that is closed.

It has no database, no key and nothing else of the worker: what a document needs comes with it. So a page that crashes
a font, or grows without end, takes down this process alone.
"""

import gc
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

from receipts.jurisdictions import FactsMissing
from receipts.plates.pdf_file import FileParts
from receipts.scripts import MissingGlyphs
from receipts.sheets import Document

LogoReader = Callable[[str], tuple[bytes, str]]
"""The bytes and the media type of the logo of a hash; raises LookupError."""


def no_logo(name: str) -> tuple[bytes, str]:
    """Reads no logo."""
    raise LookupError(name)


class DocumentPrinter(Protocol):
    """What prints: `receipts.pdf.Printer`."""

    def sheet(self, document: Document, /, *, is_duplicate: bool) -> Any:
        """What is written on a document."""
        ...

    def page(self, sheet: Any, /) -> Any:
        """A sheet as it is set."""
        ...

    def file(self, page: Any, /) -> FileParts:
        """A page as PDF."""
        ...


OpensPrinter = Callable[[LogoReader], DocumentPrinter]
"""Makes the printer of a process. It is pickled: a function or class of a module, or a `partial` of one."""


@dataclass(frozen=True, slots=True)
class DocumentOrder:
    """A document to print."""

    document: Document
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class HtmlOrder:
    """HTML to print, in a style below `templates/`."""

    html: str
    style: str


Order = DocumentOrder | HtmlOrder
PAGE_ERRORS = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""What WeasyPrint, and what we do with its page, raise of a document. Any other error ends the process."""


class NotPrinted(Exception):
    """A document that was not printed, and why. `waits`: for a font, or (`lacks_facts`) for what its law asks for."""

    def __init__(self, reason: str, *, waits: bool = False, lacks_facts: bool = False) -> None:
        super().__init__(reason)
        self.waits, self.lacks_facts = waits, lacks_facts


def carry_out(printer: Any, orders: Sequence[Order]) -> list[FileParts | NotPrinted]:
    """The PDFs of orders. No document keeps the others from being printed.

    Each step is taken for all of them before the next one: so it finds its code and data in the processor's caches,
    where a document that took every step in turn would not, and a sixth of the time is saved.
    """
    results: list[Any] = list(orders)
    for step in (_sheet, _page, _file):
        results = [result if isinstance(result, NotPrinted) else _tried(step, printer, result) for result in results]
    return results


def _tried(step: Callable[[Any, Any], Any], printer: Any, subject: Any) -> Any:
    """What a step makes of an order, a sheet or a page, or why it cannot."""
    try:
        return step(printer, subject)
    except (MissingGlyphs, FactsMissing) as missing:
        return NotPrinted(str(missing), waits=True, lacks_facts=isinstance(missing, FactsMissing))
    except PAGE_ERRORS as error:
        return NotPrinted(f"{type(error).__name__}: {error}")


def _sheet(printer: Any, order: Order) -> Any:
    return order if isinstance(order, HtmlOrder) else printer.sheet(order.document, is_duplicate=order.is_duplicate)


def _page(printer: Any, sheet: Any) -> Any:
    return (printer.print_html(sheet.html, style=sheet.style),) if isinstance(sheet, HtmlOrder) else printer.page(sheet)


def _file(printer: Any, page: Any) -> Any:
    return printer.file(page)


def _say_what_kind(kind: type[BaseException], _error: BaseException, _trace: object) -> None:
    """An error that ends us, without its words: a donor's text could stand in them."""
    sys.stderr.write(f"a printing process ended by {kind.__name__}\n")


def main(descriptor: int) -> None:
    """Print what comes over the socket until it is closed."""
    sys.excepthook = _say_what_kind
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to all of a service: the worker ends us when it has done
        signal.signal(number, signal.SIG_IGN)
    logos: dict[str, tuple[bytes, str]] = {}
    with suppress(EOFError, ConnectionError), Connection(descriptor) as worker:
        open_printer: OpensPrinter = worker.recv()
        printer = open_printer(logos.__getitem__)
        gc.collect()
        gc.freeze()  # else WeasyPrint's half million objects are looked through again and again
        worker.send("ready")
        while True:
            orders, further_logos = worker.recv()
            logos.update(further_logos)
            worker.send(carry_out(printer, orders))
