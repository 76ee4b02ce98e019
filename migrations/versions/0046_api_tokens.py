"""Programs read with tokens: of each the digest, what it may read, and whether it was revoked."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Bytes, Instant
from migrations.guards import frozen, keep_rows, set_once

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", Bytes(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ends_on", BookDate(), nullable=True),
        sa.Column("used_on", BookDate(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_api_token_digest_is_a_sha256")),
        sa.CheckConstraint("length(name) between 1 and 80", name=op.f("ck_api_token_name")),
        sa.CheckConstraint("scopes <> ''", name=op.f("ck_api_token_scopes")),
        sa.CheckConstraint("(revoked_at is null) = (revoked_by is null)", name=op.f("ck_api_token_revoked")),
        sa.ForeignKeyConstraint(["made_by"], ["staff_member.id"], name=op.f("fk_api_token_made_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff_member.id"], name=op.f("fk_api_token_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
        sqlite_strict=True,
    )
    keep_rows("api_token", [["id"], ["digest"]])
    frozen("api_token", ["id", "digest", "name", "scopes", "ending", "made_by", "made_at", "ends_on"])
    set_once("api_token", ["revoked_at", "revoked_by"])
