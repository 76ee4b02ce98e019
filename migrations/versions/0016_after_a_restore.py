"""What a restore leaves behind: the receipt numbers that may have been given out, and gifts that only Stripe knows."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Flag, Instant, Json, Minor
from migrations.guards import append_only, frozen, keep_rows, set_once

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Forward."""
    _receipt_gap()
    _lost_gift()


def _receipt_gap() -> None:
    op.create_table(
        "receipt_gap",
        sa.Column("year", Count(), autoincrement=False, nullable=False),
        sa.Column("first_number", Count(), autoincrement=False, nullable=False),
        sa.Column("last_number", Count(), nullable=False),
        sa.Column("backup_made_at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_receipt_gap_year")),
        sa.CheckConstraint("first_number BETWEEN 1 AND last_number", name=op.f("ck_receipt_gap_numbers")),
        sa.PrimaryKeyConstraint("year", "first_number", name=op.f("pk_receipt_gap")),
        sqlite_strict=True,
    )
    append_only("receipt_gap", [["year", "first_number"]])


def _lost_gift() -> None:
    op.create_table(
        "lost_gift",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_gift", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("amount_minor", Minor(), nullable=True),
        sa.Column("interval", sa.Text(), nullable=True),
        sa.Column("shares", Json(), nullable=False),
        sa.Column("donor_name", sa.Text(), nullable=False),
        sa.Column("donor_email", sa.Text(), nullable=False),
        sa.Column("given_at", Instant(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("subscription", sa.Text(), nullable=True),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("adopted", Flag(), nullable=True),
        sa.CheckConstraint("kind in ('once', 'recurring', 'stranger')", name=op.f("ck_lost_gift_kind")),
        sa.CheckConstraint(
            "kind = 'stranger' OR (first_gift IS NOT NULL AND amount_minor > 0 AND currency IS NOT NULL"
            " AND given_at IS NOT NULL)",
            name=op.f("ck_lost_gift_money"),
        ),
        sa.CheckConstraint("adopted in (0, 1)", name=op.f("ck_lost_gift_adopted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_gift")),
        sqlite_strict=True,
    )
    keep_rows("lost_gift", [["id"]])
    facts = ["id", "kind", "first_gift", "currency", "amount_minor", "interval", "shares", "given_at", "session_id"]
    frozen("lost_gift", [*facts, "subscription", "found_at"])
    set_once("lost_gift", ["decided_at", "adopted"])
