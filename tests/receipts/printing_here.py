"""Printing in the test's own process, by a printer that is at hand."""

from collections.abc import Sequence
from typing import Any

from receipts.jobs import PrintsAll
from receipts.printing_process import DocumentOrder, NotPrinted, carry_out
from receipts.sheets import Document


def here(printer: Any) -> PrintsAll:
    """What prints documents with this printer."""

    def print_all(documents: Sequence[Document]) -> list[bytes | NotPrinted]:
        return [carry_out(printer, DocumentOrder(document)) for document in documents]

    return print_all
