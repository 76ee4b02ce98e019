"""`./farthing soak stamping`: stamped pages against WeasyPrint's own, as pictures, and a process that prints for hours.

Random donors, a tenth of them hostile, are printed by a printer with plates and by one without. Their texts, tags and
content must be the same, and at most a thousandth of the pixels of each page may differ (`pdftoppm`, 100 dpi). Then one
process prints fifty thousand documents, and its memory must stay where it was after the first five thousand.
"""

import io
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pikepdf
import pypdf
import typer
from PIL import Image, ImageChops

from bench.reporting import print_json, print_line
from receipts.pdf import Printer
from receipts.receipt import Receipt
from receipts.scripts import MissingGlyphs
from tests.receipts.plates.donors import plain_receipt, random_receipt
from tests.receipts.plates.structure import structure_of
from tests.receipts.samples import PAGES

NEVER = 99  # a layout that there is not
PIXELS_ALLOWED = 0.001
WARM, GROWTH_ALLOWED = 5000, 1.1


@dataclass
class PageFigures:
    """What became of the donors. `worst` is the largest share of pixels that differ on a page."""

    donors: int = 0
    stamped: int = 0
    refused: int = 0
    same_content: int = 0
    same_text: int = 0
    same_tags: int = 0
    worst: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether every page that was printed is the same."""
        printed = self.donors - self.refused
        same = self.same_content == self.same_text == self.same_tags == printed
        return same and self.worst <= PIXELS_ALLOWED and self.stamped > 0


def compare_pages(donors: int) -> PageFigures:
    """Print so many donors both ways."""
    with_plates, without = Printer(PAGES), Printer(PAGES, first_plated=NEVER)
    figures = PageFigures(donors=donors)
    with tempfile.TemporaryDirectory(prefix="farthing-soak-") as folder:
        for number in range(donors):
            receipt = random_receipt(number)
            try:
                stamped, alone = with_plates.print(receipt), without.print(receipt)
            except MissingGlyphs:
                figures.refused += 1
                continue
            _compare(figures, stamped, alone, Path(folder))
    figures.stamped = with_plates.plates.stamped
    return figures


def _compare(figures: PageFigures, stamped: bytes, alone: bytes, folder: Path) -> None:
    with pikepdf.open(io.BytesIO(stamped)) as mine, pikepdf.open(io.BytesIO(alone)) as theirs:
        figures.same_content += _content(mine) == _content(theirs)
        figures.same_tags += structure_of(mine) == structure_of(theirs)
    figures.same_text += _text(stamped) == _text(alone)
    figures.worst = max(figures.worst, _differing(stamped, alone, folder))


def _content(pdf: Any) -> list[bytes]:
    return [page.Contents.read_bytes() for page in pdf.pages]


def _text(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def _differing(stamped: bytes, alone: bytes, folder: Path) -> float:
    """The share of pixels that differ, on the page where it is largest."""
    if stamped == alone:
        return 0.0
    pictures = [_pictures(pdf, folder / name) for name, pdf in (("stamped", stamped), ("alone", alone))]
    return max(_share(mine, theirs) for mine, theirs in zip(*pictures, strict=True))


def _pictures(pdf: bytes, place: Path) -> list[Image.Image]:
    place.mkdir(exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    subprocess.run(["pdftoppm", "-r", "100", "-gray", "-", str(place / "page")], input=pdf, check=True)
    return [Image.open(io.BytesIO(path.read_bytes())) for path in sorted(place.iterdir())]


def _share(mine: Image.Image, theirs: Image.Image) -> float:
    counts = ImageChops.difference(mine, theirs).histogram()
    return sum(counts[1:]) / sum(counts)


def measure_memory(documents: int) -> dict[str, float]:
    """The memory of this process, in MB, after so many documents, and after the first of them."""
    printer, warm = Printer(PAGES), 0.0
    for number in range(documents):
        _print(printer, plain_receipt(number) if number % 100 else random_receipt(number))
        if number == min(WARM, documents // 2):
            warm = _megabytes()
    return {"documents": documents, "warm MB": warm, "MB": _megabytes(), "stamped": printer.plates.stamped}


def _print(printer: Printer, receipt: Receipt) -> None:
    try:
        printer.print(receipt)
    except MissingGlyphs:
        return


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def main(donors: int = 2000, documents: int = 50_000, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Compare the pages of so many donors, then print so many documents."""
    pages = compare_pages(donors)
    memory = measure_memory(documents)
    figures: dict[str, dict[str, object]] = {
        "pages": dict[str, object](vars(pages)),
        "memory": dict[str, object](memory),
    }
    if as_json:
        print_json(figures)
    else:
        for name, figure in figures.items():
            print_line(name, figure)
    raise typer.Exit(not (pages.is_good and memory["MB"] <= memory["warm MB"] * GROWTH_ALLOWED))


if __name__ == "__main__":
    typer.run(main)
