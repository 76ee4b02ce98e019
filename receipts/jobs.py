"""The job that prints receipts and other documents as PDF, in the worker."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.jobs import enqueue, enqueue_many, errors_of
from outbox.worker import Handler
from receipts.pdf_store import any_document, any_pdf_of, is_void, save_first_pdf
from receipts.printing import PrintingFailed
from receipts.printing_process import NotPrinted
from receipts.sheets import Document
from receipts.signature import SignsPdf, unsigned
from receipts.store import NoReceipt

PRINT = "receipts.print"
LETTER = "receipts.letter"  # what follows a document's PDF; payments/letters has its handler, which knows the donor
# Say in credit notes what went back of a gift: {"of": its id}. payments/crediting has its handler.
CREDIT = "receipts.credit"
RECEIPTS_PER_JOB = 20  # about a second of printing
BROKEN_ADVICE = (
    "It is tried again each hour. Issue it again in its place if a name or an address in it is odd; else report it, as"
    " a fault of the program."
)


class Unprinted(Exception):
    """A document that waits for a font or for a fact that its law asks for, or that no try has printed yet.

    The message says which, and why, in one line.
    """


PrintsAll = Callable[[Sequence[Document]], Iterable[bytes | NotPrinted]]
"""Prints documents, in their order: `receipts.printing.PrintingProcesses.print_all`."""

Releases = Callable[[str], bool]
"""Issues the receipt of this number anew if the fact that it waits for has become known; whether it has."""


def queue_credits(conn: Connection, gift_ids: Iterable[str], now: datetime) -> None:
    """Have the credit notes of these gifts say what went back, in the transaction that books it."""
    enqueue_many(conn, CREDIT, [(gift, {"of": gift}) for gift in sorted(set(gift_ids))], now=now)


def queue_prints(conn: Connection, numbers: Sequence[str], *, now: datetime) -> None:
    """Queue documents for printing, in the transaction that issues them. A job takes several: less to write."""
    groups = [list(numbers[start : start + RECEIPTS_PER_JOB]) for start in range(0, len(numbers), RECEIPTS_PER_JOB)]
    enqueue_many(conn, PRINT, [(_subject(group), {"numbers": group}) for group in groups], now=now)


def print_first(conn: Connection, number: str, *, now: datetime) -> None:
    """Queue a receipt before all others: its donor waits for it."""
    enqueue(conn, PRINT, number, {"numbers": [number]}, now=now, urgent=True)


def print_again(conn: Connection, number: str, *, now: datetime) -> None:
    """Try now to print a receipt that waited for a fact: a job of its own, because the one that failed rests longer."""
    enqueue(conn, PRINT, f"{number} again", {"numbers": [number]}, now=now, urgent=True)


def nothing_is_known(_number: str) -> bool:
    """For programs that learn no facts later: a receipt that lacks one waits."""
    return False


def print_handler(
    engine: Engine, print_all: PrintsAll, clock: Clock, sign: SignsPdf = unsigned, release: Releases = nothing_is_known
) -> Handler:
    """The worker's handler of PRINT. A receipt that has its PDF is not printed again, so its bytes never change.

    The letters to the donors are queued with the PDFs, in one transaction, after all are printed. `release` issues a
    receipt that waits for a fact anew, if the fact has become known. What cannot be printed holds up no other document,
    and is tried again by a job of its own.
    """

    def handle(payload: Any) -> None:
        numbers = payload["numbers"]
        documents, printed = _without_pdf(engine, numbers), dict[str, bytes | NotPrinted]()
        try:
            for number, paper in zip(documents, print_all(list(documents.values())), strict=True):
                printed[number] = paper
        finally:  # what is printed is kept, also when no process can be started for the rest
            _save(engine, {number: sign(pdf) for number, pdf in printed.items() if isinstance(pdf, bytes)}, clock())
        unprinted = {number: why for number, why in printed.items() if isinstance(why, NotPrinted)}
        _try_again(engine, numbers, _left(engine, unprinted, release), clock())

    return handle


def _without_pdf(engine: Engine, numbers: Sequence[str]) -> dict[str, Document]:
    """The documents of these numbers that have no PDF yet. Raises NoReceipt."""
    documents = {}
    with reading(engine) as conn:
        for number in numbers:
            document = any_document(conn, number)
            if document is None:
                raise NoReceipt(number)
            if any_pdf_of(conn, number) is None:
                documents[number] = document
    return documents


def _save(engine: Engine, pdfs: Mapping[str, bytes], now: datetime) -> None:
    if not pdfs:
        return
    with writing(engine) as conn:
        saved = [number for number, pdf in pdfs.items() if save_first_pdf(conn, number, pdf, now)]
        enqueue_many(conn, LETTER, [(number, {"number": number}) for number in saved], now=now)


def _left(engine: Engine, unprinted: Mapping[str, NotPrinted], release: Releases) -> Mapping[str, NotPrinted]:
    """The documents that are still to be printed: not the void ones, nor those that were issued anew meanwhile."""
    with reading(engine) as conn:
        left = {number: why for number, why in unprinted.items() if not is_void(conn, number)}
    return {number: why for number, why in left.items() if not (why.lacks_facts and release(number))}


def _try_again(engine: Engine, numbers: Sequence[str], left: Mapping[str, NotPrinted], now: datetime) -> None:
    """Have what was not printed tried again: each document by a job of its own, which keeps its own reason."""
    if not left:
        return
    if len(numbers) == 1:
        raise Unprinted(f"{numbers[0]}: {_for_the_desk(left[numbers[0]])}")
    with writing(engine) as conn:
        enqueue_many(conn, PRINT, [(number, {"numbers": [number]}) for number in left], now=now)


def _for_the_desk(why: NotPrinted) -> str:
    """Why, and what is to be done. An error's own words are no help, and may have a donor's name in them."""
    if why.waits:
        return str(why)
    kind, is_error, _ = str(why).partition(": ")
    return f"it cannot be printed ({kind}). {BROKEN_ADVICE}" if is_error else f"{why}. {BROKEN_ADVICE}"


def _subject(numbers: Sequence[str]) -> str:
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]}..{numbers[-1]}"


@dataclass(frozen=True, slots=True)
class UnprintedDocument:
    """A document that is not printed yet: its number, and why, with what to do."""

    number: str
    why: str


@dataclass(frozen=True, slots=True)
class WaitingPrints:
    """What is not printed: documents, and `trouble`, as long as no printing process can be started at all."""

    documents: Sequence[UnprintedDocument]
    trouble: str


def waiting_prints(conn: Connection) -> WaitingPrints:
    """The documents that wait, by their numbers. One that another has replaced meanwhile waits for nothing."""
    errors = errors_of(conn, PRINT)
    lines = sorted(set(_words_of(errors, Unprinted)))
    waiting = [UnprintedDocument(number, why) for number, _, why in (line.partition(": ") for line in lines)]
    still_waiting = [document for document in waiting if not is_void(conn, document.number)]
    return WaitingPrints(still_waiting, next(iter(_words_of(errors, PrintingFailed)), ""))


def _words_of(errors: Sequence[str], kind: type[Exception]) -> list[str]:
    """What jobs that failed with an error of this kind say."""
    beginning = f"{kind.__name__}: "
    return [error.removeprefix(beginning) for error in errors if error.startswith(beginning)]
