"""Which templates a receipt is shown and printed with: those that it was issued with, whatever came later.

A changed legal sentence or layout is a new number here and new files beside the old, never an edit of these:
the page, the print and every later print of one receipt say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """The templates of one number: the page on a screen, the sheet of paper, and its style."""

    page: str
    sheet: str
    style: str


LAYOUTS: Mapping[int, Layout] = {
    1: Layout("receipts/page.html", "receipts/receipt.html", "receipts/receipt.css"),
}


class UnknownLayout(LookupError):
    """A receipt of a newer Farthing: only that can show it."""


def layout_of(template: int) -> Layout:
    """The templates of this number; raises UnknownLayout."""
    if template not in LAYOUTS:
        raise UnknownLayout(f"receipt template {template} is not known to this version: start the newer Farthing")
    return LAYOUTS[template]
