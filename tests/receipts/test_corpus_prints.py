"""Real and hostile names on the printed receipt."""

import time

import pytest

from receipts.pdf import Printer
from tests.receipts.samples import draft, receipt
from tests.receipts.test_pdf import text_of
from tests.web.corpus import LONG, MARKUP, REAL
from web.typed import tidy


@pytest.mark.parametrize("text", REAL + MARKUP + LONG, ids=ascii)
def test_every_name_is_printed_quickly_and_as_text(printer: Printer, text: str) -> None:
    """Markup is words on the sheet; letters that the typeface lacks neither stop nor slow the printer."""
    started = time.process_time()
    printed = printer.print(receipt(draft(donor_name=tidy(text, 100))))

    assert time.process_time() - started < 0.5
    if text in MARKUP:
        assert "".join(text.split()) in "".join(text_of(printed).split())
