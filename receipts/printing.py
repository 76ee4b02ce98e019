"""Print many documents in processes of their own, each with WeasyPrint warm, and replaced before it grows large.

A process for each processor: threads would take the interpreter from each other. One that is killed, or that a font
crashes, ends the batch with an error and not the worker.
"""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Protocol

from receipts.sheets import Document

CHUNK = 40  # documents that are handed over at once
DOCUMENTS_EACH = 10_000  # that a process prints before it is replaced
AHEAD = 2  # chunks that wait for each process


class DocumentPrinter(Protocol):
    """What prints a document: `receipts.pdf.Printer`."""

    def print(self, document: Document) -> bytes:
        """The document as PDF."""
        ...


class PrintingEnded(RuntimeError):
    """A printing process was ended from outside, or crashed. The documents that it was printing are not printed."""


class PrintingProcesses:
    """Processes that print. Each makes its printer with `open_printer`, which must be a function of a module.

    They start with the first document, and end with `close` or the `with` statement.
    """

    def __init__(
        self, open_printer: Callable[[], DocumentPrinter], processes: int = 0, documents_each: int = DOCUMENTS_EACH
    ) -> None:
        self._open_printer, self._processes = open_printer, processes or os.cpu_count() or 1
        self._most = documents_each * self._processes
        self._pool: ProcessPoolExecutor | None = None
        self._handed_over = 0

    def __enter__(self) -> "PrintingProcesses":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def print_all(self, documents: Iterable[Document]) -> Iterator[bytes]:
        """The documents as PDF, in their order, while later ones are printed.

        Raises PrintingEnded, after which the next batch has new processes, and what a document may raise.
        """
        try:
            yield from self._print_all(iter(documents))
        except BrokenProcessPool as reason:
            self.close()
            raise PrintingEnded("a printing process ended; start the batch again") from reason

    def _print_all(self, documents: Iterator[Document]) -> Iterator[bytes]:
        waiting: deque[Future[list[bytes]]] = deque()
        while chunk := list(islice(documents, CHUNK)):
            if self._handed_over >= self._most:
                yield from _finished(waiting)
                self.close()
            waiting.append(self._hand_over(chunk))
            if len(waiting) > AHEAD * self._processes:
                yield from waiting.popleft().result()
        yield from _finished(waiting)

    def _hand_over(self, chunk: list[Document]) -> "Future[list[bytes]]":
        if self._pool is None:
            # A fork of a process with threads and connections would inherit their locks.
            spawning = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, spawning, _open, (self._open_printer,))
        self._handed_over += len(chunk)
        return self._pool.submit(_print, chunk)

    def close(self) -> None:
        """End the processes when they have printed what they were handed."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool, self._handed_over = None, 0


def _finished(waiting: "deque[Future[list[bytes]]]") -> Iterator[bytes]:
    while waiting:
        yield from waiting.popleft().result()


_printer: DocumentPrinter | None = None  # of this printing process


def _open(open_printer: Callable[[], DocumentPrinter]) -> None:
    global _printer  # noqa: PLW0603 - a process pool's only way to keep something in its processes
    _printer = open_printer()
    gc.collect()
    gc.freeze()  # else WeasyPrint's half million objects are looked through again and again


def _print(documents: list[Document]) -> list[bytes]:
    assert _printer is not None
    return [_printer.print(document) for document in documents]
