"""Real and hostile names on the printed receipt."""

import time

import pytest

from receipts.pdf import Printer
from receipts.scripts import MissingGlyphs
from tests.receipts.samples import draft, receipt
from tests.receipts.test_pdf import text_of
from tests.web.corpus import LONG, MARKUP, REAL
from web.typed import tidy


@pytest.mark.parametrize("text", REAL + MARKUP + LONG, ids=ascii)
def test_every_name_is_printed_quickly_and_as_text(printer: Printer, text: str) -> None:
    """Markup is words on the sheet; letters that the typeface lacks neither stop nor slow the printer."""
    started = time.process_time()
    try:
        printed = printer.print(receipt(draft(donor_name=tidy(text, 100))))
    except MissingGlyphs:  # said with the package to install, instead of printed as boxes (test_scripts.py)
        printed = b""

    assert time.process_time() - started < 0.5
    if text in MARKUP:
        assert "".join(text.split()) in "".join(text_of(printed).split())
