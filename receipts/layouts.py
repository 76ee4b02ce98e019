"""The templates that a receipt is shown and printed with: those that it was issued with.

A changed legal sentence or layout is a new number and new files; the old files are never edited. So the page and
every print of a receipt say what it said at issue.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """The templates of one number: the web page, the sheet for printing, and its stylesheet."""

    page: str
    sheet: str
    style: str


LAYOUTS: Mapping[int, Layout] = {
    1: Layout("receipts/page.html", "receipts/receipt.html", "receipts/receipt.css"),
    2: Layout("receipts/page_2.html", "receipts/receipt_2.html", "receipts/receipt_2.css"),
    3: Layout("receipts/page_3.html", "receipts/receipt_3.html", "receipts/receipt_3.css"),
    # Its sheets of other documents are beside it (`receipts/sheets.py`).
    4: Layout("receipts/4/page.html", "receipts/4/receipt.html", "receipts/4/sheet.css"),
}


class UnknownLayout(LookupError):
    """A receipt that a newer Farthing has issued. Only that version can show it."""


def layout_of(template: int) -> Layout:
    """The templates of this number; raises UnknownLayout."""
    if template not in LAYOUTS:
        raise UnknownLayout(f"receipt template {template} is not known to this version: start the newer Farthing")
    return LAYOUTS[template]
