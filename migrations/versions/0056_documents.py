"""Voids of receipts, and numbered documents besides them: credit notes, statements, consolidated receipts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Bytes, Count, Instant
from migrations.guards import append_only, frozen, keep_rows, on_sqlite, refuse, set_once

revision = "0056"
down_revision = "0055"

SPAN = 10_000_000
SERIES = "series in ('CN', 'ST', 'CR')"
DOCUMENT = [
    "id", "series", "year", "number", "subject", "edition", "donor_id", "issued_on", "issued_at", "template",
]  # fmt: skip


def upgrade() -> None:
    """Forward."""
    _receipt_void()
    _numbers()
    _document()
    _document_pdf()
    _document_void()


def _void(table: str, key: str, key_type: type[Count] | type[sa.Text], of: str, check: str) -> None:
    op.create_table(
        table,
        sa.Column(key, key_type(), autoincrement=False, nullable=False),
        sa.Column("replaced_by", key_type(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("voided_at", Instant(), nullable=False),
        sa.CheckConstraint(check, name=op.f(f"ck_{table}_replaced_by")),
        sa.CheckConstraint("why <> '' AND who <> ''", name=op.f(f"ck_{table}_why")),
        sa.ForeignKeyConstraint([key], [f"{of}.id"], name=op.f(f"fk_{table}_{key}")),
        sa.ForeignKeyConstraint(["replaced_by"], [f"{of}.id"], name=op.f(f"fk_{table}_replaced_by")),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
        sqlite_strict=True,
    )
    append_only(table, [[key]])


def _receipt_void() -> None:
    _void("receipt_void", "receipt_id", Count, "receipt", "replaced_by > receipt_id")


def _document_void() -> None:
    _void("document_void", "document_id", sa.Text, "document", "replaced_by <> document_id")


def _numbers() -> None:
    op.create_table(
        "document_series",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", Count(), autoincrement=False, nullable=False),
        sa.Column("last_number", Count(), nullable=False),
        sa.CheckConstraint(SERIES, name=op.f("ck_document_series_series")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_document_series_year")),
        sa.CheckConstraint(f"last_number BETWEEN 1 AND {SPAN - 1}", name=op.f("ck_document_series_last_number")),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_document_series")),
        sqlite_strict=True,
    )
    keep_rows("document_series", [["series", "year"]])
    refuse(
        "document_series_rises", "document_series", "UPDATE", "document_series: numbers only go up",
        "NEW.last_number <= OLD.last_number OR NEW.year <> OLD.year OR NEW.series <> OLD.series",
    )  # fmt: skip
    op.create_table(
        "document_gap",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", Count(), autoincrement=False, nullable=False),
        sa.Column("first_number", Count(), autoincrement=False, nullable=False),
        sa.Column("last_number", Count(), nullable=False),
        sa.Column("backup_made_at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(SERIES, name=op.f("ck_document_gap_series")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_document_gap_year")),
        sa.CheckConstraint("first_number BETWEEN 1 AND last_number", name=op.f("ck_document_gap_numbers")),
        sa.PrimaryKeyConstraint("series", "year", "first_number", name=op.f("pk_document_gap")),
        sqlite_strict=True,
    )
    append_only("document_gap", [["series", "year", "first_number"]])


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", Count(), nullable=False),
        sa.Column("number", Count(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("edition", Count(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=True),
        sa.Column("issued_on", BookDate(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("template", Count(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.CheckConstraint(SERIES, name=op.f("ck_document_series")),
        sa.CheckConstraint(f"number BETWEEN 1 AND {SPAN - 1}", name=op.f("ck_document_number")),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_document_edition")),
        sa.CheckConstraint("template >= 1", name=op.f("ck_document_template")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_document_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("series", "year", "number", name=op.f("uq_document_series_year_number")),
        sa.UniqueConstraint("series", "subject", "edition", name=op.f("uq_document_series_subject_edition")),
        sqlite_strict=True,
    )
    op.create_index("ix_document_donor_id", "document", ["donor_id"])
    keep_rows("document", [["id"], ["series", "year", "number"], ["series", "subject", "edition"]])
    _let_be_erased("document", DOCUMENT, ["snapshot"])


def _document_pdf() -> None:
    op.create_table(
        "document_pdf",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("pdf", Bytes(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_document_pdf_sha256")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_pdf_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_pdf")),
        sqlite_strict=True,
    )
    keep_rows("document_pdf", [["document_id"]])
    _let_be_erased("document_pdf", ["document_id", "sha256", "made_at"], ["pdf"])


def _let_be_erased(table: str, kept: Sequence[str], erasable: Sequence[str]) -> None:
    """These columns may change once: in the change that sets `erased_at`. The `kept` ones never do."""
    frozen(table, kept)
    set_once(table, ["erased_at"], "erased_once")
    word = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {word} OLD.{name}" for name in erasable)
    refuse(
        f"{table}_person_frozen", table, "UPDATE", f"{table}: it changes only when its donor is erased",
        f"({changed}) AND NOT (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)",
    )  # fmt: skip
