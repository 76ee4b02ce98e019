"""Links that open a donor's own pages, once."""

import sqlalchemy as sa
from alembic import op

from database.columns import Bytes, Instant

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "donor_link",
        sa.Column("token_hash", Bytes(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_donor_link_token_hash_is_a_sha256")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_link_donor_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_donor_link")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_donor_link_donor_id"), "donor_link", ["donor_id"], unique=False)
