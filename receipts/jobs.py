"""Printing receipts, by the worker."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.jobs import enqueue, enqueue_many
from outbox.worker import Handler
from receipts.receipt import Receipt
from receipts.store import NoReceipt, pdf_of, receipt_by_number, save_pdf

PRINT = "receipts.print"
SHEAF = 20  # receipts to a job: a second or so of printing


class Prints(Protocol):
    """What prints receipts (`receipts.pdf.Printer`; named here so that the web process need not load it)."""

    def print(self, receipt: Receipt) -> bytes:
        """The receipt as PDF."""
        ...


def queue_prints(conn: Connection, numbers: Sequence[str], *, now: datetime) -> None:
    """Have receipts printed, in the transaction that issues them: a few to a job, which costs the webhook less."""
    sheaves = [list(numbers[start : start + SHEAF]) for start in range(0, len(numbers), SHEAF)]
    enqueue_many(conn, PRINT, [(_subject(sheaf), {"numbers": sheaf}) for sheaf in sheaves], now=now)


def print_first(conn: Connection, number: str, *, now: datetime) -> None:
    """Put a receipt first in line: its donor is waiting for it."""
    enqueue(conn, PRINT, number, {"numbers": [number]}, now=now, urgent=True)


def print_receipt(engine: Engine, printer: Prints, clock: Clock) -> Handler:
    """The handler of PRINT. Run again, it changes nothing: donors keep getting the same bytes."""

    def handle(payload: Any) -> None:
        for number in payload["numbers"]:
            _print_one(engine, printer, clock, number)

    return handle


def _print_one(engine: Engine, printer: Prints, clock: Clock, number: str) -> None:
    with reading(engine) as conn:
        issued = receipt_by_number(conn, number)
        if issued is None:
            raise NoReceipt(number)
        if pdf_of(conn, issued.id) is not None:
            return
    pdf = printer.print(issued.receipt)
    with writing(engine) as conn:
        if pdf_of(conn, issued.id) is None:
            save_pdf(conn, issued.id, pdf, clock())


def _subject(numbers: Sequence[str]) -> str:
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]}..{numbers[-1]}"
