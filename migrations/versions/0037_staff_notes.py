"""Notes of staff. What a bank statement says of an offline gift may name its donor, and goes when they are erased."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant
from migrations.guards import frozen, keep_rows, on_sqlite, refuse, set_once

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(removed_at is null) = (text <> '')", name=op.f("ck_note_text")),
        sa.CheckConstraint("(removed_at is null) = (removed_by is null)", name=op.f("ck_note_removed")),
        sa.CheckConstraint("about in ('gift', 'donor', 'recurring')", name=op.f("ck_note_about")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sqlite_strict=True,
    )
    op.create_index("ix_note_about", "note", ["about", "about_id"], unique=False)
    keep_rows("note", [["id"]])
    frozen("note", ["id", "about", "about_id", "who", "written_at"])
    set_once("note", ["removed_at", "removed_by"])
    refuse("note_text_goes", "note", "UPDATE", "note: its text only goes", "NEW.text <> OLD.text AND NEW.text <> ''")
    op.execute("DROP TRIGGER offline_gift_frozen" + ("" if on_sqlite() else " ON offline_gift"))
    frozen("offline_gift", ["gift_id", "means", "given_on", "counts", "who", "entered_at"])
    refuse(
        "offline_gift_reference_goes", "offline_gift", "UPDATE", "offline_gift: its reference only goes",
        "NEW.reference <> OLD.reference AND NEW.reference <> 'removed'",
    )  # fmt: skip
