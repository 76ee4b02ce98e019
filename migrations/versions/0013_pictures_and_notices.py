"""Pictures that are uploaded at the desk, the organisation's notices, and drafts of its next version."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant, Json
from migrations.guards import refuse

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "picture",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_picture_hash_is_a_sha256")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_picture")),
        sqlite_strict=True,
    )
    op.create_table(
        "picture_file",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("width", Count(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("height", Count(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("width > 0 and height > 0", name=op.f("ck_picture_file_size")),
        sa.CheckConstraint("extension in ('webp', 'jpg', 'png', 'svg')", name=op.f("ck_picture_file_extension")),
        sa.ForeignKeyConstraint(["hash"], ["picture.hash"], name=op.f("fk_picture_file_hash")),
        sa.PrimaryKeyConstraint("hash", "width", "extension", name=op.f("pk_picture_file")),
        sqlite_strict=True,
    )
    for table in ("picture", "picture_file"):
        refuse(f"{table}_no_update", table, "UPDATE", f"{table}: rows are never changed")
    op.add_column("organisation_version", sa.Column("notices", Json(), nullable=True))
    op.create_table(
        "organisation_draft",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("based_on", Count(), nullable=False),
        sa.Column("profile", Json(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_organisation_draft_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_organisation_draft")),
        sqlite_strict=True,
    )
