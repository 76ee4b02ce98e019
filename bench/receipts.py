"""`./farthing bench receipts`: a receipt the naive way, laid out, stamped, and drawn by ReportLab and Typst.

The same hundred receipts in turn, in slices, in one process each way; then a batch in two processes. Peers that are not
installed are left out, and named: `uv pip install reportlab typst` puts them beside us.
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.receipt_peers import PEERS, PeerText
from bench.reporting import print_json, print_table, spread
from receipts.layouts import layout_of
from receipts.pdf import Printer, document_printer
from receipts.printing import PrintingProcesses
from receipts.receipt import Receipt
from receipts.sheets import sheet_name, sheet_values
from tests.receipts.plates.donors import plain_receipt
from tests.receipts.samples import PAGES

ROUNDS, SLICE, STAMPED_SLICE, BATCH = 5, 3, 300, 4000
TEMPLATES, FONTS = Path(__file__).parents[1] / "templates", Path(__file__).parents[1] / "receipts/fonts"

Way = Callable[[Receipt], bytes]


def print_naively(receipt: Receipt) -> bytes:
    """The receipt by the call of WeasyPrint's own first example, with the fonts of its stylesheet."""
    weasyprint: Any = import_module("weasyprint")
    pages = PAGES.of(receipt.issuer)
    with pages.speaking():
        html = pages.render(sheet_name(receipt), **sheet_values(receipt, pages.wording))
    html = html.replace('src="qr:"', 'src="data:image/svg+xml,<svg/>"')
    style = (TEMPLATES / layout_of(receipt.template).style).read_text().replace('url("font:', f'url("{FONTS.as_uri()}/')
    fonts = weasyprint.text.fonts.FontConfiguration()
    css = weasyprint.CSS(string=style, font_config=fonts)
    printed: bytes = weasyprint.HTML(string=html).write_pdf(
        stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1"
    )
    return printed


def measure(rounds: int) -> dict[str, dict[str, object]]:
    """Milliseconds of processor a receipt for each way, alternated, and the size of its file."""
    stamping, laying_out = Printer(PAGES), Printer(PAGES, most_plates=0)
    ways: dict[str, tuple[Way, int]] = {
        "naive": (print_naively, 1),
        "laid out": (laying_out.print, SLICE),
        "stamped": (stamping.print, STAMPED_SLICE),
    }
    for name, make in PEERS.items():
        if (draw := make()) is not None:
            ways[name] = (_peer(draw), SLICE * 10)
    receipts = [plain_receipt(number) for number in range(STAMPED_SLICE)]
    for way, _ in ways.values():
        way(receipts[0])
    for receipt in receipts[:50]:
        stamping.print(receipt)  # pages with one, two and three lines are laid out once
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, count) in ways.items():
            taken[name].append(_milliseconds(way, receipts[:count]))
    naive = statistics.median(taken["naive"])
    return {
        name: dict[str, object](spread(taken[name], 3))
        | {"of naive": round(statistics.median(taken[name]) / naive, 4), "bytes": len(ways[name][0](receipts[0]))}
        for name in ways
    }


def _peer(draw: Callable[[PeerText], bytes]) -> Way:
    return lambda receipt: draw(PeerText.of(receipt))


def _milliseconds(way: Way, receipts: Sequence[Receipt]) -> float:
    started = time.process_time()
    for receipt in receipts:
        way(receipt)
    return (time.process_time() - started) * 1000 / len(receipts)


def measure_batch(count: int, processes: int, rounds: int) -> dict[str, object]:
    """Receipts a second in processes that are warm, with all that is handed to them and back; other ones each round."""
    speeds, size = [], 0
    with PrintingProcesses(partial(document_printer, "live", PAGES.base_url), processes=processes) as printing:
        list(printing.print_all([plain_receipt(number) for number in range(400 * processes)]))
        for first in range(count, count * (rounds + 1), count):
            receipts = [plain_receipt(number) for number in range(first, first + count)]
            started = time.perf_counter()
            size = sum(len(pdf) for pdf in printing.print_all(receipts) if isinstance(pdf, bytes))
            speeds.append(count / (time.perf_counter() - started))
    return {"a second": spread(speeds, 0), "bytes each": round(size / count)}


def main(rounds: int = ROUNDS, batch: int = BATCH, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Measure every way, and the batch."""
    processes = os.cpu_count() or 1
    figures: dict[str, object] = {"a receipt, ms of processor": measure(rounds)}
    figures["a batch"] = {f"{processes} processes": measure_batch(batch, processes, rounds)}
    figures["left out"] = {name: "not installed" for name, make in PEERS.items() if make() is None}
    if as_json:
        print_json(figures)
    else:
        print_table(figures)


if __name__ == "__main__":
    typer.run(main)
