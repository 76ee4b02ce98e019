"""Credit notes, statements and consolidated receipts in the database: numbers without gaps, snapshots and PDFs."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from database.bulk import insert_rows
from ledger.money import Currency, Money
from receipts.check_code import verify_address
from receipts.credit_note import CreditNote
from receipts.document import Series, series_number
from receipts.receipt import printed_number
from receipts.statement import GiftStatement
from receipts.tables import document, document_gap, document_pdf, document_series, document_void, receipt

NumberedDocument = CreditNote | GiftStatement
_d, _v = document.c, document_void.c
_CLASSES: Mapping[Series, type[CreditNote] | type[GiftStatement]] = {
    Series.CREDIT_NOTE: CreditNote,
    Series.STATEMENT: GiftStatement,
    Series.CONSOLIDATED: GiftStatement,
}


@dataclass(frozen=True, slots=True)
class DueDocument:
    """A document before it has a number. `subject` says what it is of; with its edition it exists once.

    `document.verify_url` is the public address without number and code: the issue adds them.
    """

    document: NumberedDocument
    subject: str
    donor_id: str | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """Why a document holds no longer, and the number of what took its place, if anything did."""

    why: str
    who: str
    at: datetime
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A stored document: what was frozen, what it is of, and its void."""

    document: NumberedDocument
    subject: str
    edition: int
    donor_id: str | None
    issued_at: datetime
    erased_at: datetime | None
    void: Void | None

    @property
    def number(self) -> str:
        """Its number, as it is printed."""
        return self.document.number


def issue_documents(
    conn: Connection, due: Sequence[DueDocument], *, issued_on: date, now: datetime
) -> list[NumberedDocument]:
    """Freeze documents under the next numbers of their series, in the order given.

    For the caller's `booking` transaction: a rollback gives the numbers back, so no series has a gap.
    """
    rows, issued = [], []
    for series in dict.fromkeys(each.document.series for each in due):
        of_series = [each for each in due if each.document.series is series]
        numbers = take_numbers(conn, series, issued_on.year, len(of_series))
        editions = _editions(conn, series, [each.subject for each in of_series])
        for number, each in zip(numbers, of_series, strict=True):
            frozen = _numbered(each.document, series_number(series, issued_on.year, number), issued_on)
            editions[each.subject] = edition = editions.get(each.subject, 0) + 1
            rows.append(_row(frozen, each, (issued_on.year, number, edition), now))
            issued.append(frozen)
    insert_rows(conn, document, rows)
    return issued


def _numbered(unnumbered: NumberedDocument, number: str, issued_on: date) -> NumberedDocument:
    address = verify_address(unnumbered.verify_url, number)
    return replace(unnumbered, number=number, issued_on=issued_on, verify_url=address)


def _row(frozen: NumberedDocument, due: DueDocument, numbers: tuple[int, int, int], now: datetime) -> dict[str, object]:
    year, number, edition = numbers
    return {
        "id": frozen.number, "series": frozen.series.value, "year": year, "number": number, "subject": due.subject,
        "edition": edition, "donor_id": due.donor_id, "issued_on": frozen.issued_on, "issued_at": now,
        "template": frozen.template, "snapshot": frozen.snapshot(), "erased_at": None,
    }  # fmt: skip


def _editions(conn: Connection, series: Series, subjects: Sequence[str]) -> dict[str, int]:
    """The last edition of each of these subjects that has one."""
    last = sa.select(_d.subject, sa.func.max(_d.edition)).where(_d.series == series.value, _d.subject.in_(subjects))
    return {row[0]: row[1] for row in conn.execute(last.group_by(_d.subject))}


def take_numbers(conn: Connection, series: Series, year: int, count: int) -> range:
    """Move a series on by so many numbers of a year; a year that has none yet begins here."""
    t = document_series
    moved = conn.scalar(
        sa.update(t)
        .where(t.c.series == series.value, t.c.year == year)
        .values(last_number=t.c.last_number + count)
        .returning(t.c.last_number)
    )
    if moved is None:
        conn.execute(sa.insert(t).values(series=series.value, year=year, last_number=count))
    last: int = moved or count
    return range(last - count + 1, last + 1)


def void_document(conn: Connection, number: str, void: Void) -> bool:
    """Say that a document holds no longer; False when that was said before, which stays."""
    if conn.scalar(sa.select(_v.document_id).where(_v.document_id == number)) is not None:
        return False
    values = {"replaced_by": void.replaced_by or None, "why": void.why, "who": void.who, "voided_at": void.at}
    conn.execute(sa.insert(document_void).values(document_id=number, **values))
    return True


def document_by_number(conn: Connection, number: str) -> IssuedDocument | None:
    """The document of a printed number."""
    return next(iter(_documents(conn, _d.id == number)), None)


def documents_of(conn: Connection, series: Series, subject: str) -> list[IssuedDocument]:
    """Every edition about a subject, void ones included, the first one first."""
    return _documents(conn, sa.and_(_d.series == series.value, _d.subject == subject))


def current_documents(conn: Connection, series: Series, subjects: Sequence[str]) -> dict[str, IssuedDocument]:
    """For each of these subjects that has one, its document that is not void."""
    which = sa.and_(_d.series == series.value, _d.subject.in_(subjects), _v.document_id.is_(None))
    return {each.subject: each for each in _documents(conn, which)}


def credit_subject(gift_id: str) -> str:
    """What the credit notes of a gift are of, whichever edition of its receipt they name."""
    return f"of:{gift_id}"


def gift_of_subject(subject: str) -> str:
    """The gift whose credit notes are of this subject."""
    return subject.removeprefix(credit_subject(""))


def standing_notes(conn: Connection, gift_id: str) -> list[CreditNote]:
    """The credit notes of a gift that are not void, the oldest first."""
    issued = documents_of(conn, Series.CREDIT_NOTE, credit_subject(gift_id))
    return [each.document for each in issued if each.void is None and isinstance(each.document, CreditNote)]


def credited_of_gift(conn: Connection, gift_id: str, of: Currency) -> Money:
    """What the credit notes of a gift that hold say went back of it."""
    return sum((note.amount for note in standing_notes(conn, gift_id)), start=Money(0, of))


def _documents(conn: Connection, which: sa.ColumnElement[bool]) -> list[IssuedDocument]:
    joined = document.outerjoin(document_void, _v.document_id == _d.id)
    columns = (document, _v.replaced_by, _v.why, _v.who, _v.voided_at)
    rows = conn.execute(sa.select(*columns).select_from(joined).where(which).order_by(_d.subject, _d.edition))
    return [_issued(row) for row in rows]


def _issued(row: Row[Any]) -> IssuedDocument:
    void = None if row.voided_at is None else Void(row.why, row.who, row.voided_at, row.replaced_by or "")
    frozen = read_document(Series(row.series), row.snapshot)
    return IssuedDocument(frozen, row.subject, row.edition, row.donor_id, row.issued_at, row.erased_at, void)


def read_document(series: Series, snapshot: str) -> NumberedDocument:
    """The document of a snapshot in this series."""
    return _CLASSES[series].from_json(snapshot)


def is_document_number(text: str) -> bool:
    """Whether this may be the number of a document here, not of a receipt."""
    return text[:2] in {series.value for series in _CLASSES}


def save_document_pdf(conn: Connection, number: str, pdf: bytes, now: datetime) -> None:
    """Keep the PDF that every download returns from now on."""
    digest = hashlib.sha256(pdf).hexdigest()
    conn.execute(sa.insert(document_pdf).values(document_id=number, pdf=pdf, sha256=digest, made_at=now))


def document_pdf_of(conn: Connection, number: str) -> bytes | None:
    """The kept PDF; None until it is made, empty once its donor was erased."""
    return conn.scalar(sa.select(document_pdf.c.pdf).where(document_pdf.c.document_id == number))


def following_numbers(conn: Connection, gift_id: str) -> set[str]:
    """The numbers of every receipt of a gift, and of its credit notes that hold."""
    of_gift = sa.select(receipt.c.year, receipt.c.number).where(receipt.c.gift_id == gift_id)
    receipts = {printed_number(year, number) for year, number in conn.execute(of_gift)}
    return receipts | {note.number for note in standing_notes(conn, gift_id)}


@dataclass(frozen=True, slots=True)
class SeriesGap:
    """A series and year whose documents and recorded gaps are not exactly the numbers from 1 to the last one taken."""

    series: str
    year: int
    last_number: int
    documents: int
    left_out: int


def document_gaps(conn: Connection) -> list[SeriesGap]:
    """Every series and year in which numbers are missing, for the audit."""
    s, g = document_series.c, document_gap.c
    issued = {
        (series, year): (count, highest)
        for series, year, count, highest in conn.execute(
            sa.select(_d.series, _d.year, sa.func.count(), sa.func.max(_d.number)).group_by(_d.series, _d.year)
        )
    }
    width = sa.func.sum(g.last_number - g.first_number + 1)
    rows = conn.execute(sa.select(g.series, g.year, width, sa.func.max(g.last_number)).group_by(g.series, g.year))
    left_out = {(series, year): (int(count), highest) for series, year, count, highest in rows}
    taken = {(series, year): last for series, year, last in conn.execute(sa.select(s.series, s.year, s.last_number))}
    gaps = []
    for key in sorted(taken.keys() | issued.keys() | left_out.keys()):
        (documents, highest), (skipped, end) = issued.get(key, (0, 0)), left_out.get(key, (0, 0))
        last = taken.get(key, 0)
        # Numbers are unique and positive, so as many of them as the highest means that none is missing.
        if not last == max(highest, end) == documents + skipped:
            gaps.append(SeriesGap(*key, last, documents, skipped))
    return gaps


def leave_out_documents(
    conn: Connection, years: Sequence[int], more: int, *, backup_made_at: datetime, now: datetime
) -> None:
    """Leave out numbers of every series of these years after a restore: they may have been given out since the backup.

    No more documents of a series are issued in a year than there are receipts, so as many are left out as there are
    here, and `more`, which may have been issued since. Nobody else may be taking numbers.
    """
    count = (conn.scalar(sa.select(sa.func.count()).select_from(receipt)) or 0) + more
    if count <= 0:
        return
    for series in _CLASSES:
        for year in years:
            numbers = take_numbers(conn, series, year, count)
            gap = {"series": series.value, "year": year, "first_number": numbers[0], "last_number": numbers[-1]}
            conn.execute(sa.insert(document_gap).values(**gap, backup_made_at=backup_made_at, recorded_at=now))
