"""Numbers of every series are audited and left out after a restore; a donor's erasure takes them out of documents."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking, reading
from receipts.document import Series
from receipts.document_store import (
    DueDocument,
    SeriesGap,
    credit_subject,
    document_by_number,
    document_gaps,
    document_pdf_of,
    issue_documents,
    leave_out_documents,
    save_document_pdf,
)
from receipts.erasure_store import erase_documents
from receipts.store import issue_receipts
from receipts.tables import document, document_series
from tests.receipts.samples import NOON, TODAY, draft
from tests.receipts.test_documents import credit_note, statement


@pytest.fixture
def bare(sqlite_url: str) -> Engine:
    """What is asked here is no matter of the database's kind."""
    return open_database(sqlite_url, durable=False)


def issue(engine: Engine, *gifts: str) -> Sequence[str]:
    """A credit note for each of these gifts, printed."""
    with booking(engine) as conn:
        due = [DueDocument(replace(credit_note(), donor_address=("1 Road",)), credit_subject(gift)) for gift in gifts]
        numbers = [each.number for each in issue_documents(conn, due, issued_on=TODAY, now=NOON)]
        for number in numbers:
            save_document_pdf(conn, number, b"%PDF", NOON)
    return numbers


def test_each_series_has_numbers_of_its_own(bare: Engine) -> None:
    """In the order given, whatever is mixed in one transaction."""
    with booking(bare) as conn:
        due = [
            DueDocument(credit_note(), "of:a"),
            DueDocument(statement(), "2026-01-01:2026-12-31:d"),
            DueDocument(credit_note(), "of:b"),
        ]
        issued = [each.number for each in issue_documents(conn, due, issued_on=TODAY, now=NOON)]

    assert sorted(issued) == ["CN2026-000001", "CN2026-000002", "ST2026-000001"]


def test_the_audit_sees_a_missing_number(bare: Engine) -> None:
    """A series that ran ahead of its documents."""
    issue(bare, "a")
    with booking(bare) as conn:
        conn.execute(sa.update(document_series).values(last_number=4))

    with reading(bare) as conn:
        assert document_gaps(conn) == [SeriesGap("CN", 2026, 4, 1, 0)]


def test_a_restore_leaves_numbers_of_every_series_out(bare: Engine) -> None:
    """As many as there are receipts and may have been since; the next document has the number after them."""
    issue(bare, "a")
    with booking(bare) as conn:
        issue_receipts(conn, [draft("g1"), draft("g2")], issued_on=TODAY, now=NOON)
        leave_out_documents(conn, range(2026, 2027), 3, backup_made_at=NOON, now=NOON)
    assert issue(bare, "b") == ["CN2026-000007"]

    with reading(bare) as conn:
        assert document_gaps(conn) == []
        taken = conn.execute(sa.select(document_series.c.series, document_series.c.last_number)).all()
    assert dict(map(tuple, taken)) == {"CN": 7, "ST": 5, "CR": 5}


def test_an_erased_donor_goes_out_of_their_documents(bare: Engine) -> None:
    """Name, address and PDF go; number and amounts stay. Others' documents are left alone."""
    mine, other = issue(bare, "a", "b")
    with booking(bare) as conn:
        assert erase_documents(conn, ["a"], [], TODAY, NOON) == 1
        assert erase_documents(conn, ["a"], [], TODAY, NOON) == 0

    with reading(bare) as conn:
        kept = document_by_number(conn, mine)
        snapshots = {row.id: json.loads(row.snapshot) for row in conn.execute(sa.select(document))}
        assert kept is not None
        assert (kept.document.donor_name, kept.document.donor_address, kept.document.series) == (
            "", (), Series.CREDIT_NOTE,
        )  # fmt: skip
        assert [document_pdf_of(conn, number) for number in (mine, other)] == [b"", b"%PDF"]
    assert (snapshots[mine]["amount"], snapshots[other]["donor_name"]) == (["GBP", 1000], "Zoë Ünal")
