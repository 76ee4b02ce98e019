"""Gifts that wait for their check, and what gifts in another currency are worth in pounds."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant, Minor
from migrations.guards import append_only, frozen, keep_rows

revision = "0076"
down_revision = "0061"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "check_wait",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("why in ('value', 'facts')", name=op.f("ck_check_wait_why")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_check_wait_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_check_wait")),
        sqlite_strict=True,
    )
    keep_rows("check_wait", [["gift_id"]])
    frozen("check_wait", ["gift_id"])
    op.create_table(
        "pound_value",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("value_minor", Minor(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "staff_id")),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("value_minor > 0", name=op.f("ck_pound_value_value")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_pound_value_source")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_pound_value_gift_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_pound_value_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pound_value")),
        sqlite_strict=True,
    )
    op.create_index("ix_pound_value_gift_id", "pound_value", ["gift_id"])
    append_only("pound_value", [["id"]])
