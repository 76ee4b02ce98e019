"""Two donors that are one person: a row of its own, which can be undone. Gifts keep the donor whom they came with."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant
from migrations.guards import frozen, keep_rows, set_once

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "donor_merge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("into_id", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("merged_at", Instant(), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("holds_of", sa.Text(), nullable=True),
        sa.CheckConstraint("donor_id <> into_id", name=op.f("ck_donor_merge_two")),
        sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name=op.f("ck_donor_merge_undone")),
        sa.CheckConstraint("(undone_at is null) = (holds_of is not null)", name=op.f("ck_donor_merge_holds")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_merge_donor_id")),
        sa.ForeignKeyConstraint(["into_id"], ["donor.id"], name=op.f("fk_donor_merge_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_merge")),
        sa.UniqueConstraint("holds_of", name=op.f("uq_donor_merge_holds_of")),
        sqlite_strict=True,
    )
    op.create_index("ix_donor_merge_into_id", "donor_merge", ["into_id"], unique=False)
    keep_rows("donor_merge", [["id"], ["holds_of"]])
    frozen("donor_merge", ["id", "donor_id", "into_id", "who", "merged_at"])
    set_once("donor_merge", ["undone_by", "undone_at"])
