"""CSV files on their way in: remembered columns, and files between a dry run and its confirmation."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant, Json

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "csv_columns",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("places", Json(), nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        sa.CheckConstraint("length(shape) = 64", name=op.f("ck_csv_columns_shape_is_a_sha256")),
        sa.PrimaryKeyConstraint("purpose", "shape", name=op.f("pk_csv_columns")),
        sqlite_strict=True,
    )
    op.create_table(
        "csv_upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_csv_upload_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_csv_upload")),
        sqlite_strict=True,
    )
