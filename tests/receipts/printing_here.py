"""Printing in the test's own process, by a printer that is at hand."""

from collections.abc import Sequence
from typing import Any

from receipts.jobs import PrintsAll
from receipts.printing_process import DocumentOrder, NotPrinted, carry_out
from receipts.sheets import Document


def here(printer: Any) -> PrintsAll:
    """What prints documents with this printer."""

    def print_all(documents: Sequence[Document]) -> list[bytes | NotPrinted]:
        printed = carry_out(_InOnePart(printer), [DocumentOrder(document) for document in documents])
        return [b"".join(parts) if isinstance(parts, tuple) else parts for parts in printed]

    return print_all


class _InOnePart:
    """A printer whose files have one part."""

    def __init__(self, printer: Any) -> None:
        self._printer = printer

    def sheet(self, document: Document, /, *, is_duplicate: bool) -> Document:
        """The document, which is no duplicate."""
        assert not is_duplicate
        return document

    def page(self, document: Document, /) -> Document:
        """The document."""
        return document

    def file(self, document: Document, /) -> tuple[bytes, ...]:
        """The document as PDF."""
        return (self._printer.print(document),)
