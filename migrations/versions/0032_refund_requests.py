"""Refunds that are asked for at the desk: what was asked, Stripe's answer, and what a refund takes from which share."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant, Json, Minor
from migrations.guards import frozen, keep_rows, on_sqlite, set_once

revision = "0032"
down_revision = "0031"

ASKED = ["id", "gift_id", "payment", "currency", "amount_minor", "parts", "reason", "who", "asked_at"]


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "refund_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("parts", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("open_of", sa.Text(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_request_amount")),
        sa.CheckConstraint("(open_of is null) = (answered_at is not null)", name=op.f("ck_refund_request_answered")),
        sa.CheckConstraint(
            "(answered_at is null) = (refund_id is null and refusal is null)", name=op.f("ck_refund_request_answer")
        ),
        sa.CheckConstraint("refund_id is null or refusal is null", name=op.f("ck_refund_request_one_answer")),
        sa.CheckConstraint("reason in ('requested_by_customer', 'duplicate')", name=op.f("ck_refund_request_reason")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_refund_request_currency")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_refund_request_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_request")),
        sa.UniqueConstraint("open_of", name=op.f("uq_refund_request_open_of")),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_request_gift_id", "refund_request", ["gift_id"], unique=False)
    keep_rows("refund_request", [["id"], ["open_of"]])
    frozen("refund_request", ASKED)
    set_once("refund_request", ["answered_at", "refund_id", "waits_for", "refusal"])
    op.add_column("refund", sa.Column("parts", Json(), nullable=True))
    op.execute("DROP TRIGGER refund_frozen" if on_sqlite() else "DROP TRIGGER refund_frozen ON refund")
    frozen("refund", ["id", "payment", "currency", "amount_minor", "parts"])
