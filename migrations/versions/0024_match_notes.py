"""That a gift paid a match pot can be taken back: notes take the place of payments, and the newest of a gift holds."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant
from migrations.guards import append_only

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "match_note",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), autoincrement=False, nullable=False),
        sa.Column("pot_id", sa.Text(), nullable=True),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_match_note_numbered_from_one")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_match_note_gift_id")),
        sa.ForeignKeyConstraint(["pot_id"], ["match_pot.id"], name=op.f("fk_match_note_pot_id")),
        sa.PrimaryKeyConstraint("gift_id", "n", name=op.f("pk_match_note")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO match_note SELECT gift_id, 1, pot_id, noted_at FROM match_payment")
    op.drop_table("match_payment")
    append_only("match_note", [["gift_id", "n"]])
