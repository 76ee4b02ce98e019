"""Prints documents in processes of their own, each with WeasyPrint warm, and replaced before it grows large.

At most one for each processor: threads would take the interpreter from each other. They are started when there is
something to print, and end with this process, even if it is killed. One that is killed, or that a font crashes, takes
no document with it but the one that it dies of.
"""

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path

from receipts.plates.pdf_file import FileParts
from receipts.printing_process import DocumentOrder, HtmlOrder, LogoReader, NotPrinted, OpensPrinter, Order, no_logo
from receipts.sheets import Document

PROGRAM = "from receipts.printing_process import main; main({descriptor})"
LEAST_EACH, MOST_EACH = 10, 100  # documents that are handed over at once: for fewer no further process is started
MOST_GROWTH = 120.0  # MB more than when it began to print, after which a process is replaced
AHEAD = 2  # chunks for each process that may be handed over before the first of them is taken
STUCK_SECONDS = 300.0  # without a chunk from any process: one that is laid out takes 10, of long statements 50
IDLE_SECONDS = 60.0  # after which all processes but one end
END_SECONDS = 5.0  # that a process has to end

Printed = bytes | NotPrinted


class PrintingFailed(RuntimeError):
    """No printing process can be started. The message says so at the desk; the process's own words are in the log."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"no printing process can be started: {why}. Nothing is lost, and it is tried again by itself. Is the"
            " machine out of memory? `./farthing doctor` says what else is missing."
        )


class PrintingProcesses:
    """Processes that print. Each makes its printer with `open_printer`. It is not thread-safe.

    `read_logo` gives the logos that documents name; each is handed to a process once.
    """

    def __init__(
        self,
        open_printer: OpensPrinter,
        read_logo: LogoReader = no_logo,
        processes: int = 0,
        most_growth: float = MOST_GROWTH,
    ) -> None:
        self._open_printer, self._read_logo = open_printer, read_logo
        self._most, self._most_growth = processes or os.cpu_count() or 1, most_growth
        self._processes: list[_Process] = []
        self._used_at = 0.0

    def __enter__(self) -> "PrintingProcesses":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def print_all(self, documents: Sequence[Document]) -> Iterator[Printed]:
        """The documents as PDF, or why not, in their order, while later ones are printed.

        Raises PrintingFailed, and what `read_logo` raises besides LookupError: then the documents are to be printed
        again later, and nothing is said of them.
        """
        return self._carry_out([DocumentOrder(document) for document in documents])

    def print(self, document: Document, /, *, is_duplicate: bool = False) -> bytes:
        """A document as PDF. Raises NotPrinted."""
        return self._only(DocumentOrder(document, is_duplicate))

    def print_html(self, html: str, style: str) -> bytes:
        """HTML in a style below `templates/`, as PDF. Raises NotPrinted."""
        return self._only(HtmlOrder(html, style))

    def end_idle(self) -> None:
        """End all processes but one when nothing was printed for a minute: a batch is over."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            for process in self._processes[1:]:
                self._end(process)

    def close(self) -> None:
        """End the processes."""
        for process in list(self._processes):
            self._end(process)

    @property
    def pids(self) -> Sequence[int]:
        """The processes that run."""
        return [process.pid for process in self._processes]

    def _only(self, order: Order) -> bytes:
        [printed] = self._carry_out([order])
        if isinstance(printed, NotPrinted):
            raise printed
        return printed

    def _carry_out(self, orders: Sequence[Order]) -> Iterator[Printed]:
        batch = _Batch(orders, _chunks(len(orders), self._most))
        try:
            for place in range(len(orders)):
                while place not in batch.printed:
                    self._hand_over(batch, place)
                    self._receive(batch)
                yield batch.printed.pop(place)
        finally:
            self._used_at = time.monotonic()
            for process in batch.at_work:
                process.kill()
                self._end(process)

    def _hand_over(self, batch: "_Batch", place: int) -> None:
        """Give every process a chunk, of those that are not too far ahead of the document that is taken next.

        The chunk of that document is never too far, also when it is tried again.
        """
        end = place + AHEAD * MOST_EACH * self._most
        while batch.waiting and batch.waiting[0].start < end:
            process = self._free_process(batch)
            if process is None:
                return
            chunk = batch.waiting.popleft()
            orders = [batch.orders[number] for number in chunk]
            logos = process.lacking_logos(orders, self._read_logo)
            try:
                process.send(orders, logos)
            except OSError:  # it was killed while it had nothing to do
                self._end(process)
                batch.waiting.appendleft(chunk)
            else:
                batch.at_work[process] = chunk

    def _free_process(self, batch: "_Batch") -> "_Process | None":
        """A process with nothing to do, started if there may be one more. Those that run go on if none can be."""
        for process in self._processes:
            if process not in batch.at_work:
                return process
        if len(self._processes) == self._most or (batch.could_not_start and self._processes):
            return None
        try:
            self._processes.append(_Process(self._open_printer))
        except OSError as error:
            batch.could_not_start = True
            if not self._processes:
                raise PrintingFailed(error.strerror or type(error).__name__) from error
            return None
        return self._processes[-1]

    def _receive(self, batch: "_Batch") -> None:
        """Wait for a process to print its chunk, or to end."""
        by_connection = {process.connection: process for process in batch.at_work}
        answered = [by_connection[connection] for connection in wait(list(by_connection), STUCK_SECONDS)]  # type: ignore[index]
        if not answered:
            for process in batch.at_work:
                process.kill()
        for process in answered:
            try:
                printed = process.receive()
            except (EOFError, OSError):
                self._give_up(process, batch)
            else:
                if printed is not None:
                    batch.printed.update(zip(batch.at_work.pop(process), printed, strict=True))
                    if process.growth() > self._most_growth:
                        self._end(process)

    def _give_up(self, process: "_Process", batch: "_Batch") -> None:
        """End a process that ended while it printed, or before it could."""
        chunk = batch.at_work.pop(process)
        self._end(process)
        if process.is_ready:
            batch.try_alone(chunk)
            return
        batch.could_not_start = True
        if not self._processes:
            raise PrintingFailed("one ended before it could print")
        batch.waiting.appendleft(chunk)

    def _end(self, process: "_Process") -> None:
        self._processes.remove(process)
        process.end()


@dataclass(slots=True)
class _Batch:
    """Orders, the chunks of their places that wait and that are printed now, and what is printed and not yet taken.

    `could_not_start`: a further process was wanted and did not start, so that those that run print all of it.
    """

    orders: Sequence[Order]
    waiting: deque[range]
    at_work: "dict[_Process, range]" = field(default_factory=dict)
    printed: dict[int, Printed] = field(default_factory=dict)
    could_not_start: bool = False

    def try_alone(self, chunk: range) -> None:
        """What becomes of a chunk whose process ended: each document is tried alone, and then given up."""
        if len(chunk) == 1:
            self.printed[chunk.start] = NotPrinted("a printing process ended while it printed this document")
        else:
            self.waiting.extendleft(range(place, place + 1) for place in reversed(chunk))


def _chunks(count: int, processes: int) -> deque[range]:
    """The places of so many orders, in chunks that keep all processes busy."""
    size = min(MOST_EACH, max(LEAST_EACH, -(-count // processes)))
    return deque(range(start, min(start + size, count)) for start in range(0, count, size))


class _Process:
    """A process that prints, and the socket to it."""

    def __init__(self, open_printer: OpensPrinter) -> None:
        self.connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM.format(descriptor=theirs.fileno())],
                pass_fds=[theirs.fileno()], cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.pid, self.is_ready, self._megabytes = self._process.pid, False, 0.0
        self._logos: set[str] = set()
        self.connection.send(open_printer)

    def lacking_logos(self, orders: Sequence[Order], read_logo: LogoReader) -> Mapping[str, tuple[bytes, str]]:
        """The logos of orders that it has not had. One that is kept no longer is left out."""
        logos = {}
        for name in _logos(orders) - self._logos:
            with suppress(LookupError):
                logos[name] = read_logo(name)
        return logos

    def send(self, orders: Sequence[Order], logos: Mapping[str, tuple[bytes, str]]) -> None:
        """Hand it orders, with the logos that it has not had. Raises OSError when it has ended."""
        self.connection.send((orders, logos))
        self._logos |= logos.keys()

    def receive(self) -> list[Printed] | None:
        """What it printed; None when it says that it is ready to. Raises EOFError or OSError when it has ended."""
        answer: list[FileParts | NotPrinted] | str = self.connection.recv()
        if isinstance(answer, str):
            self.is_ready, self._megabytes = True, _megabytes(self.pid)
            return None
        return [b"".join(parts) if isinstance(parts, tuple) else parts for parts in answer]

    def growth(self) -> float:
        """How many MB it has more than when it was ready: a page that is laid out leaves 8 kB behind."""
        return _megabytes(self.pid) - self._megabytes

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def end(self) -> None:
        """Let it end, which it does when its socket is closed."""
        self.connection.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _logos(orders: Sequence[Order]) -> set[str]:
    styles = [order.document.style for order in orders if isinstance(order, DocumentOrder)]
    return {style.logo for style in styles if style and style.logo}


def _megabytes(pid: int) -> float:
    """The memory of a process; none where only Linux says it, so that there it is never replaced."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
