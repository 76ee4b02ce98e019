"""Files that show what a lookup of a donor saw."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant
from migrations.guards import frozen, keep_rows, on_sqlite, refuse

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "check_evidence",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("gift_id", "sha256", "kind")),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.CheckConstraint("kind in ('pdf', 'png', 'jpg', 'txt')", name=op.f("ck_check_evidence_kind")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_check_evidence_named_by_a_sha256")),
        sa.CheckConstraint("length(body) > 0", name=op.f("ck_check_evidence_body")),
        sa.ForeignKeyConstraint(["gift_id"], ["donor_check.gift_id"], name=op.f("fk_check_evidence_gift_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_check_evidence_staff_id")),
        sa.PrimaryKeyConstraint("gift_id", "sha256", name=op.f("pk_check_evidence")),
        sqlite_strict=True,
    )
    keep_rows("check_evidence", [["gift_id", "sha256"]])
    frozen("check_evidence", ["gift_id", "sha256", "kind", "staff_id", "kept_at"])
    changed = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    refuse(
        "check_evidence_goes", "check_evidence", "UPDATE", "check_evidence: its content only goes",
        f"NEW.body IS NOT NULL AND NEW.body {changed} OLD.body",
    )  # fmt: skip
