"""A donor chooses one statement a year instead of a letter for each gift of a recurring gift; each choice is kept."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant
from migrations.guards import append_only

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "receipt_choice",
        sa.Column("recurring_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        sa.CheckConstraint("letters in ('each', 'yearly')", name=op.f("ck_receipt_choice_letters")),
        sa.ForeignKeyConstraint(["recurring_id"], ["recurring.id"], name=op.f("fk_receipt_choice_recurring_id")),
        sa.PrimaryKeyConstraint("recurring_id", "n", name=op.f("pk_receipt_choice")),
        sqlite_strict=True,
    )
    append_only("receipt_choice", [["recurring_id", "n"]])
