"""Many documents are printed in processes of their own."""

import os
import signal

import pytest

from receipts.printing import CHUNK, PrintingEnded, PrintingProcesses
from receipts.receipt import Receipt
from receipts.sheets import Document
from tests.receipts.samples import draft, receipt


class ProcessNamer:
    """Gives the number of the document and that of its process instead of a file: WeasyPrint takes seconds to start."""

    def print(self, document: Document) -> bytes:
        """Or ends its process, if the document asks for it."""
        if isinstance(document, Receipt) and document.donor_name == "killer":
            os.kill(os.getpid(), signal.SIGKILL)
        return f"{document.number} {os.getpid()}".encode()


def numbered(count: int) -> list[Receipt]:
    """So many receipts."""
    return [receipt(number=f"2026-{number:06d}") for number in range(count)]


def test_documents_come_in_their_order_from_two_processes_that_are_replaced() -> None:
    """After so many documents, so that what WeasyPrint leaves behind does not add up."""
    with PrintingProcesses(ProcessNamer, processes=2, documents_each=CHUNK) as processes:
        printed = [pdf.decode().split() for pdf in processes.print_all(numbered(CHUNK * 5))]

    assert [number for number, _ in printed] == [f"2026-{number:06d}" for number in range(CHUNK * 5)]
    assert 2 <= len({process for _, process in printed}) <= 6
    assert str(os.getpid()) not in {process for _, process in printed}
    assert not {printed[0][1]} & {process for _, process in printed[CHUNK * 4 :]}


def test_a_process_that_is_killed_ends_the_batch_with_an_error_and_the_next_begins_anew() -> None:
    """It never hangs, and what was printed before it was killed is there."""
    killer = receipt(draft(donor_name="killer"))
    with PrintingProcesses(ProcessNamer, processes=1) as processes:
        with pytest.raises(PrintingEnded, match="start the batch again"):
            list(processes.print_all([*numbered(CHUNK), killer]))
        processes.close()

        assert len(list(processes.print_all(numbered(3)))) == 3
