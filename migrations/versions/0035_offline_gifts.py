"""Gifts that did not come through Stripe."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Flag, Instant
from migrations.guards import frozen, keep_rows, set_once

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "offline_gift",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("given_on", BookDate(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("counts", Flag(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("taken_back_at", Instant(), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "means in ('cash', 'cheque', 'bank_transfer', 'standing_order', 'in_kind')",
            name=op.f("ck_offline_gift_means"),
        ),
        sa.CheckConstraint("counts in (0, 1)", name=op.f("ck_offline_gift_counts")),
        sa.CheckConstraint(
            "(taken_back_at is null) = (taken_back_by is null)", name=op.f("ck_offline_gift_taken_back")
        ),
        sa.CheckConstraint("(taken_back_at is null) = (why is null)", name=op.f("ck_offline_gift_why")),
        sa.CheckConstraint("means <> 'in_kind' or reference <> ''", name=op.f("ck_offline_gift_what")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_offline_gift_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_offline_gift")),
        sqlite_strict=True,
    )
    keep_rows("offline_gift", [["gift_id"]])
    frozen("offline_gift", ["gift_id", "means", "given_on", "reference", "counts", "who", "entered_at"])
    set_once("offline_gift", ["taken_back_at", "taken_back_by", "why"])
