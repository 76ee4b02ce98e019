"""The report of a closed month is kept as it was printed; what reached the bank is found by its day."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant
from migrations.guards import append_only

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "period_report",
        sa.Column("step_id", Count(), autoincrement=False, nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("printed_at", Instant(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_period_report_sha256")),
        sa.ForeignKeyConstraint(["step_id"], ["period_step.id"], name=op.f("fk_period_report_step_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_period_report")),
        sqlite_strict=True,
    )
    append_only("period_report", [["step_id"]])
    arrived = sa.text("kind IN ('paid', 'unpaid')")
    op.create_index("ix_entry_at_the_bank", "entry", ["book_date"], sqlite_where=arrived, postgresql_where=arrived)
