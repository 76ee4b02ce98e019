"""Documents are printed in processes of their own."""

import io
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from multiprocessing import connection
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from receipts import printing
from receipts.pdf import Printer, document_printer
from receipts.printing import AHEAD, LEAST_EACH, MOST_EACH, Printed, PrintingFailed, PrintingProcesses
from receipts.printing_process import NotPrinted
from receipts.receipt import Receipt, ReceiptStyle
from tests.receipts.process_namer import ProcessNamer, cannot_open, opens_once
from tests.receipts.samples import PAGES, draft, receipt

_FILE = io.BytesIO()
Image.new("RGB", (40, 20), "#7a1020").save(_FILE, "PNG")
LOGO = _FILE.getvalue()


def numbered(count: int) -> list[Receipt]:
    """So many receipts."""
    return [receipt(number=f"2026-{number:06d}") for number in range(count)]


def parts(printed: Sequence[Printed]) -> list[list[str]]:
    """The numbers of the documents, and of the processes that printed them."""
    return [pdf.decode().split() for pdf in printed if isinstance(pdf, bytes)]


def test_documents_come_in_their_order_from_two_processes_that_are_replaced() -> None:
    """When they have grown, which these may not at all, so that what WeasyPrint leaves behind does not add up."""
    with PrintingProcesses(ProcessNamer, processes=2, most_growth=-100) as processes:
        printed = parts(list(processes.print_all(numbered(MOST_EACH * 4))))

    assert [number for number, _ in printed] == [f"2026-{number:06d}" for number in range(MOST_EACH * 4)]
    assert len({process for _, process in printed}) == 4
    assert str(os.getpid()) not in {process for _, process in printed}


def test_a_receipt_starts_one_process_which_prints_the_next_and_a_batch_starts_the_others() -> None:
    """Nothing is started before there is something to print; when a batch is over, one stays warm."""
    with PrintingProcesses(ProcessNamer, processes=2) as processes:
        assert processes.pids == []
        first, second = processes.print(*numbered(1)), processes.print(*numbered(1), is_duplicate=True)
        assert second == first + b" again"
        list(processes.print_all(numbered(10)))
        [kept] = processes.pids

        list(processes.print_all(numbered(LEAST_EACH + 1)))
        assert len(processes.pids) == 2
        processes.end_idle()
        assert len(processes.pids) == 2
        processes._used_at = time.monotonic() - 61
        processes.end_idle()
        assert processes.pids == [kept]

    with pytest.raises(ProcessLookupError):
        os.kill(kept, 0)


def test_a_document_that_its_process_dies_of_takes_no_other_with_it() -> None:
    """Each of the chunk is tried alone; one that fails without ending its process says why."""
    killer, unprintable = receipt(draft(donor_name="killer")), receipt(draft(donor_name="unprintable"))
    with PrintingProcesses(ProcessNamer, processes=1) as processes:
        printed = list(processes.print_all([*numbered(2), killer, unprintable, *numbered(1)]))

    assert [isinstance(each, bytes) for each in printed] == [True, True, False, False, True]
    reasons = [str(each) for each in printed if isinstance(each, NotPrinted)]
    assert reasons == ["a printing process ended while it printed this document", "ValueError: no paper"]


def test_a_process_that_was_killed_while_idle_is_replaced() -> None:
    """Nobody notices."""
    with PrintingProcesses(ProcessNamer, processes=1) as processes:
        processes.print(*numbered(1))
        os.kill(processes.pids[0], signal.SIGKILL)

        assert len(parts(list(processes.print_all(numbered(3))))) == 3


def test_a_printer_that_cannot_be_opened_is_an_error() -> None:
    """It is not tried again for each document."""
    with PrintingProcesses(cannot_open, processes=1) as processes:
        with pytest.raises(PrintingFailed, match="before it could print"):
            list(processes.print_all(numbered(3)))
        assert processes.pids == []


def test_a_machine_that_starts_no_process_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is lost: the same documents are printed once it can."""
    with PrintingProcesses(ProcessNamer, processes=2) as processes:
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/nowhere/python")
            with pytest.raises(PrintingFailed, match="no printing process can be started: No such file"):
                list(processes.print_all(numbered(3)))
        assert len(parts(list(processes.print_all(numbered(3))))) == 3


def test_where_no_further_process_starts_the_one_that_runs_prints_all(tmp_path: Path) -> None:
    """A machine has memory for one: a batch takes longer there, and is not given up."""
    open_printer = partial(opens_once, tmp_path / "opened")
    with PrintingProcesses(open_printer, processes=2) as processes:
        printed = parts(list(processes.print_all(numbered(4 * LEAST_EACH))))
    assert [number for number, _ in printed] == [f"2026-{number:06d}" for number in range(4 * LEAST_EACH)]
    assert len({process for _, process in printed}) == 1


def test_a_chunk_that_is_tried_again_is_never_too_far_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others have printed as far ahead as they may when its process ends: it is handed over all the same."""
    ready = connection.wait

    def wait_for_some(connections: list[Any], seconds: float) -> list[Any]:
        assert connections, "nobody prints, and nobody ever will"
        return ready(connections, seconds)

    monkeypatch.setattr(printing, "wait", wait_for_some)
    documents: list[Receipt] = [*numbered(1), receipt(draft(donor_name="slow killer")), *numbered(MOST_EACH * 5)]
    with PrintingProcesses(ProcessNamer, processes=2) as processes:
        printed = list(processes.print_all(documents))
    assert MOST_EACH * 5 > AHEAD * MOST_EACH * 2  # more than may be printed ahead
    assert [place for place, each in enumerate(printed) if isinstance(each, NotPrinted)] == [1]


def test_a_logo_that_cannot_be_read_now_is_said_of_no_document() -> None:
    """The database is away, or no file can be opened: the error goes to the job, which is tried again."""
    errors: list[Exception] = [OSError("too many open files"), RuntimeError("away")]

    def read_logo(_name: str) -> tuple[bytes, str]:
        if errors:
            raise errors.pop()
        return LOGO, "image/png"

    with_logo = receipt(replace(draft(), style=ReceiptStyle("en_GB", None, "a", charity=False)))
    with PrintingProcesses(ProcessNamer, read_logo, processes=1) as processes:
        for kind in (RuntimeError, OSError):
            with pytest.raises(kind):
                processes.print(with_logo)
        assert len(processes.pids) == 1
        assert processes.print(with_logo).startswith(b"2026-")


def test_a_process_prints_the_bytes_that_we_would_and_says_what_waits_for_a_font(printer: Printer) -> None:
    """It has no database: the logo comes with the document, and without it the document is not printed."""
    asked = []

    def read_logo(name: str) -> tuple[bytes, str]:
        asked.append(name)
        if name == "lost":
            raise LookupError(name)
        return LOGO, "image/png"

    kept, lost = (
        receipt(replace(draft(), style=ReceiptStyle("en_GB", "#7a1020", name, charity=False)))
        for name in ("kept", "lost")
    )
    unknown = receipt(draft(donor_name="Zo\ue0ff"))
    open_printer = partial(document_printer, "live", PAGES.base_url)
    with PrintingProcesses(open_printer, read_logo, processes=1) as processes:
        with_logo, lacking, missing, plain = processes.print_all([kept, lost, unknown, receipt()])
        assert processes.print(kept) == with_logo

    assert plain == printer.print(receipt())
    assert with_logo == Printer(PAGES, read_logo).print(kept)
    assert [isinstance(why, NotPrinted) and why.waits for why in (lacking, missing)] == [False, True]
    assert sorted(set(asked)) == ["kept", "lost"]
