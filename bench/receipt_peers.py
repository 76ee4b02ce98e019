"""A receipt of the same words, drawn by ReportLab and by Typst, for `bench receipts`. Neither is among our packages."""

import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from receipts.receipt import Receipt
from tests.receipts.samples import PAGES

Draw = Callable[["PeerText"], bytes]


@dataclass(frozen=True, slots=True)
class PeerText:
    """What stands on the receipt, as written."""

    number: str
    organisation: str
    address: list[str]
    imprint: str
    said: list[str]
    facts: list[list[str]]
    lines: list[list[str]]
    total: str

    @classmethod
    def of(cls, receipt: Receipt) -> "PeerText":
        """The words of a receipt."""
        wording = PAGES.of(receipt.issuer).wording
        day, total = wording.day(receipt.given_on), wording.money_exact(receipt.total)
        facts = {
            "donor": receipt.donor_name, "date of donation": day, "paid by": receipt.method,
            "reference": receipt.reference, "issued": wording.day(receipt.issued_on),
        }  # fmt: skip
        return cls(
            receipt.number, receipt.organisation.name, list(receipt.organisation.address), receipt.organisation.imprint,
            [f"Thank you, {receipt.donor_name}.", f"We received {total} on {day}.", receipt.verify_url],
            [list(fact) for fact in facts.items()],
            [[line.campaign, wording.money_exact(line.amount)] for line in receipt.lines],
            total,
        )  # fmt: skip


def reportlab() -> Draw | None:
    """ReportLab's paragraphs and tables, without tags, in Helvetica; None if it is not installed."""
    try:
        platypus, styles = import_module("reportlab.platypus"), import_module("reportlab.lib.styles")
    except ImportError:
        return None
    sheet = styles.getSampleStyleSheet()

    def draw(text: PeerText) -> bytes:
        file = io.BytesIO()
        story: list[Any] = [platypus.Paragraph(text.organisation, sheet["Heading2"])]
        story += [platypus.Paragraph(line, sheet["Normal"]) for line in text.address]
        story.append(platypus.Paragraph(f"Receipt {text.number}", sheet["Title"]))
        story += [platypus.Paragraph(line, sheet["Normal"]) for line in text.said]
        story += [platypus.Table(text.facts), platypus.Table([*text.lines, ["Total", text.total]])]
        story.append(platypus.Paragraph(text.imprint, sheet["Normal"]))
        platypus.SimpleDocTemplate(file, title=text.number).build(story)
        return file.getvalue()

    return draw


TYPST = Path(__file__).parent / "receipt_peer.typ"


def typst() -> Draw | None:
    """Typst, compiled anew for each receipt, with a compiler that is kept; None if it is not installed."""
    try:
        library: Any = import_module("typst")
    except ImportError:
        return None
    compiler = library.Compiler(input=str(TYPST))

    def draw(text: PeerText) -> bytes:
        pdf: bytes = compiler.compile(format="pdf", sys_inputs={"text": json.dumps(asdict(text))})
        return pdf

    return draw


PEERS: dict[str, Callable[[], Draw | None]] = {"ReportLab": reportlab, "Typst": typst}
