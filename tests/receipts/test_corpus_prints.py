"""Real and hostile names on the printed receipt."""

from contextlib import suppress
from dataclasses import replace

import pytest

from receipts.pdf import Printer
from receipts.scripts import MissingGlyphs
from receipts.sheets import Document
from tests.receipts.documents import FACTS, credit_note, statement
from tests.receipts.samples import COALITION, draft, receipt
from tests.receipts.test_pdf import text_of
from tests.speed import within
from tests.web.corpus import LONG, MARKUP, REAL
from web.typed import tidy


@pytest.mark.parametrize("text", REAL + MARKUP + LONG, ids=ascii)
def test_every_name_is_printed_quickly_and_as_text(printer: Printer, text: str) -> None:
    """Markup is words on the sheet; letters that the typeface lacks neither stop nor slow the printer."""
    printed = b""
    # Letters that no font has are said with the package to install, instead of printed as boxes (test_scripts.py).
    with within(0.5), suppress(MissingGlyphs):
        printed = printer.print(receipt(draft(donor_name=tidy(text, 100))))

    if text in MARKUP:
        assert "".join(text.split()) in "".join(text_of(printed).split())


HOSTILE = '<img src="file:///etc/passwd"><script>x</script> " onerror=\'x\' {{ 7*7 }} %(amount)s {0} \\0 url(http://x)'


def _hostile_documents() -> list[Document]:
    """Each kind, with markup in every text that somebody may type."""
    organisation = replace(COALITION, name=HOSTILE, address=(HOSTILE,), imprint=HOSTILE, legal_note=HOSTILE)
    common = {"donor_name": HOSTILE, "donor_address": (HOSTILE,), "organisation": organisation}
    of = replace(draft(shares=((HOSTILE, 2500),)), method=HOSTILE, reference=HOSTILE, **common)  # type: ignore[arg-type]
    gifts = tuple(replace(gift, campaigns=HOSTILE, method=HOSTILE) for gift in statement(5).gifts)
    return [
        receipt(replace(of, jurisdiction="canada", legal_facts=tuple((name, HOSTILE) for name, _ in FACTS))),
        replace(credit_note(), method=HOSTILE, reference=HOSTILE, **common),  # type: ignore[arg-type]
        replace(statement(5), gifts=gifts, **common),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("document", _hostile_documents(), ids=["receipt", "credit note", "statement"])
def test_no_text_of_any_document_is_more_than_text(printer: Printer, document: Document) -> None:
    """Nothing is fetched, read, filled in or run; it stands there as it was typed."""
    with within(0.5):
        printed = printer.print(document)

    shown, typed = "".join(text_of(printed).split()), "".join(HOSTILE.split())
    assert shown.count(typed) >= 4
    assert "49" not in shown.replace(typed, "")
