"""The tables of receipts.

A receipt is evidence: its number and its snapshot never change. Triggers on both databases see to that. What
goes wrong later is a row of its own (a void, a reissue with the next edition). `document` holds every other kind of
numbered paper: credit notes, statements and consolidated receipts.
"""

import sqlalchemy as sa

from database.columns import BookDate, Bytes, Code, Count, Instant
from database.tables import one_of, table

YEAR_SPAN = 10_000_000
"""A receipt's id is `year * YEAR_SPAN + number`: unique and in order without a second index."""

DOCUMENT_SERIES = ("CN", "ST", "CR")
"""The letters of the numbers of credit notes, statements and consolidated receipts."""

receipt_series = table(
    "receipt_series",
    sa.Column("year", Count, primary_key=True, autoincrement=False),
    sa.Column("last_number", Count, nullable=False),
    sa.CheckConstraint("year BETWEEN 2000 AND 2999", name="year"),
    sa.CheckConstraint(f"last_number BETWEEN 1 AND {YEAR_SPAN - 1}", name="last_number"),
)

# Numbers that a restore has left out, because they may have been given out after its backup was made.
receipt_gap = table(
    "receipt_gap",
    sa.Column("year", Count, primary_key=True, autoincrement=False),
    sa.Column("first_number", Count, primary_key=True, autoincrement=False),
    sa.Column("last_number", Count, nullable=False),
    sa.Column("backup_made_at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.CheckConstraint("year BETWEEN 2000 AND 2999", name="year"),
    sa.CheckConstraint("first_number BETWEEN 1 AND last_number", name="numbers"),
)

receipt = table(
    "receipt",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("year", Count, nullable=False),
    sa.Column("number", Count, nullable=False),
    sa.Column("gift_id", Code, nullable=False),
    # 1 for the first receipt of a gift; a reissue takes the next edition and a new number.
    sa.Column("edition", Count, nullable=False),
    sa.Column("issued_on", BookDate, nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("template", Count, nullable=False),
    # JSON, written by `Draft.snapshot` and read by `Receipt.from_json`.
    sa.Column("snapshot", Code, nullable=False),
    # When the donor's name went out of the snapshot: the one change that a trigger lets through.
    sa.Column("erased_at", Instant),
    sa.UniqueConstraint("gift_id", "edition"),
    # With the primary key this is "year and number are unique together".
    sa.CheckConstraint(f"id = year * {YEAR_SPAN} + number", name="id"),
    sa.CheckConstraint(f"number BETWEEN 1 AND {YEAR_SPAN - 1}", name="number"),
    sa.CheckConstraint("edition >= 1", name="edition"),
    sa.CheckConstraint("template >= 1", name="template"),
)

receipt_token = table(
    "receipt_token",
    sa.Column("token_hash", Code, primary_key=True),
    sa.Column("receipt_id", Count, sa.ForeignKey("receipt.id"), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.CheckConstraint("length(token_hash) = 64", name="token_hash"),
)

receipt_pdf = table(
    "receipt_pdf",
    sa.Column("receipt_id", Count, sa.ForeignKey("receipt.id"), primary_key=True, autoincrement=False),
    sa.Column("pdf", Bytes, nullable=False),
    sa.Column("sha256", Code, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    # When the bytes went, with the donor's name. Then there are none.
    sa.Column("erased_at", Instant),
    sa.CheckConstraint("length(sha256) = 64", name="sha256"),
)

# A receipt that holds no longer: why, who said so, and the receipt that took its place, if one did.
receipt_void = table(
    "receipt_void",
    sa.Column("receipt_id", Count, sa.ForeignKey("receipt.id"), primary_key=True, autoincrement=False),
    sa.Column("replaced_by", Count, sa.ForeignKey("receipt.id")),
    sa.Column("why", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("voided_at", Instant, nullable=False),
    sa.CheckConstraint("replaced_by > receipt_id", name="replaced_by"),
    sa.CheckConstraint("why <> '' AND who <> ''", name="why"),
)

document_series = table(
    "document_series",
    sa.Column("series", Code, primary_key=True),
    sa.Column("year", Count, primary_key=True, autoincrement=False),
    sa.Column("last_number", Count, nullable=False),
    one_of("series", DOCUMENT_SERIES),
    sa.CheckConstraint("year BETWEEN 2000 AND 2999", name="year"),
    sa.CheckConstraint(f"last_number BETWEEN 1 AND {YEAR_SPAN - 1}", name="last_number"),
)

# Numbers that a restore has left out, as in `receipt_gap`.
document_gap = table(
    "document_gap",
    sa.Column("series", Code, primary_key=True),
    sa.Column("year", Count, primary_key=True, autoincrement=False),
    sa.Column("first_number", Count, primary_key=True, autoincrement=False),
    sa.Column("last_number", Count, nullable=False),
    sa.Column("backup_made_at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    one_of("series", DOCUMENT_SERIES),
    sa.CheckConstraint("year BETWEEN 2000 AND 2999", name="year"),
    sa.CheckConstraint("first_number BETWEEN 1 AND last_number", name="numbers"),
)

document = table(
    "document",
    # As it is printed: CN2026-000001.
    sa.Column("id", Code, primary_key=True),
    sa.Column("series", Code, nullable=False),
    sa.Column("year", Count, nullable=False),
    sa.Column("number", Count, nullable=False),
    # What it is of: `receipt:20260000001`, or `2026-01-01:2026-12-31:DONOR`. With the edition it exists once.
    sa.Column("subject", Code, nullable=False),
    sa.Column("edition", Count, nullable=False),
    # Whose statement it is; a credit note is found by its receipt.
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id")),
    sa.Column("issued_on", BookDate, nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("template", Count, nullable=False),
    # JSON, written by `FrozenDocument.snapshot`.
    sa.Column("snapshot", Code, nullable=False),
    # When the donor went out of the snapshot: the one change that a trigger lets through.
    sa.Column("erased_at", Instant),
    sa.UniqueConstraint("series", "year", "number"),
    sa.UniqueConstraint("series", "subject", "edition"),
    sa.Index("ix_document_donor_id", "donor_id"),
    one_of("series", DOCUMENT_SERIES),
    sa.CheckConstraint(f"number BETWEEN 1 AND {YEAR_SPAN - 1}", name="number"),
    sa.CheckConstraint("edition >= 1", name="edition"),
    sa.CheckConstraint("template >= 1", name="template"),
)

document_pdf = table(
    "document_pdf",
    sa.Column("document_id", Code, sa.ForeignKey("document.id"), primary_key=True),
    sa.Column("pdf", Bytes, nullable=False),
    sa.Column("sha256", Code, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("erased_at", Instant),
    sa.CheckConstraint("length(sha256) = 64", name="sha256"),
)

document_void = table(
    "document_void",
    sa.Column("document_id", Code, sa.ForeignKey("document.id"), primary_key=True),
    sa.Column("replaced_by", Code, sa.ForeignKey("document.id")),
    sa.Column("why", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("voided_at", Instant, nullable=False),
    sa.CheckConstraint("replaced_by <> document_id", name="replaced_by"),
    sa.CheckConstraint("why <> '' AND who <> ''", name="why"),
)
