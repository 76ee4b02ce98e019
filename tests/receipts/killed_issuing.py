"""Issue receipts and credit notes on eight connections in a process that is killed at random moments."""

import os
import random
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import sleep
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking, reading
from receipts.document_store import DueDocument, credit_subject, document_gaps, issue_documents
from receipts.store import gaps, issue_receipts
from receipts.tables import document, receipt
from tests.receipts.samples import NOON, TODAY, draft
from tests.receipts.test_documents import credit_note

CONNECTIONS, GIFTS = 8, 200


@dataclass(frozen=True)
class IssuedNumbers:
    """What is in the database afterwards: the numbers of each series, and every gap that the audit finds."""

    receipts: Sequence[int]
    notes: Sequence[int]
    gaps: int

    @property
    def are_consecutive(self) -> bool:
        """Whether they are 1, 2, 3 … with none missing and none twice."""
        return not self.gaps and all(
            list(numbers) == list(range(1, len(numbers) + 1)) for numbers in (self.receipts, self.notes)
        )


def issue_some(engine: Engine, count: int) -> None:
    """Receipts of so many gifts, and a credit note of each, in one transaction a gift."""
    for _ in range(count):
        gift = str(uuid4())
        with booking(engine) as conn:
            issue_receipts(conn, [draft(gift_id=gift)], issued_on=TODAY, now=NOON)
            note = DueDocument(replace(credit_note(), verify_url=""), credit_subject(gift))
            issue_documents(conn, [note], issued_on=TODAY, now=NOON)


def issue_on_all(url: str) -> None:
    """200 gifts at once."""
    engine = open_database(url, durable=False)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for begun in [pool.submit(issue_some, engine, GIFTS // CONNECTIONS) for _ in range(CONNECTIONS)]:
            begun.result()
    engine.dispose()


def killed_at_random(url: str, kills: int, seed: int = 1) -> int:
    """Begin it so many times in a child, and kill the child in between; returns how many died on the way."""
    chance, died = random.Random(seed), 0
    for _ in range(kills):
        child = os.fork()
        if not child:
            try:
                issue_on_all(url)
            finally:
                os._exit(0)
        sleep(chance.uniform(0.02, 0.25))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        died += os.WIFSIGNALED(status)
    return died


def issued_numbers(url: str) -> IssuedNumbers:
    """What was issued."""
    engine = open_database(url, durable=False)
    with reading(engine) as conn:
        receipts = conn.scalars(sa.select(receipt.c.number).order_by(receipt.c.number)).all()
        notes = conn.scalars(sa.select(document.c.number).order_by(document.c.number)).all()
        found = IssuedNumbers(receipts, notes, len(gaps(conn)) + len(document_gaps(conn)))
    engine.dispose()
    return found
