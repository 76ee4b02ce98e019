"""A share of a gift can be moved to another campaign: its allocation names the campaign that it counts for now."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant
from migrations.guards import append_only, frozen, keep_rows, on_sqlite

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "gift_move",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), nullable=False),
        sa.Column("from_campaign", Count(), nullable=False),
        sa.Column("to_campaign", Count(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.CheckConstraint("from_campaign <> to_campaign", name=op.f("ck_gift_move_two")),
        sa.CheckConstraint("why <> ''", name=op.f("ck_gift_move_why")),
        sa.ForeignKeyConstraint(["from_campaign"], ["campaign.id"], name=op.f("fk_gift_move_from_campaign")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_move_gift_id")),
        sa.ForeignKeyConstraint(["to_campaign"], ["campaign.id"], name=op.f("fk_gift_move_to_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_move")),
        sqlite_strict=True,
    )
    op.create_index("ix_gift_move_gift_id", "gift_move", ["gift_id"], unique=False)
    append_only("gift_move", [["id"]])
    triggers = ["no_update", "keep", "no_replace"] if on_sqlite() else ["no_update", "keep", "no_truncate"]
    for name in triggers:
        op.execute(f"DROP TRIGGER allocation_{name}" + ("" if on_sqlite() else " ON allocation"))
    keep_rows("allocation", [["gift_id", "n"]])
    frozen("allocation", ["gift_id", "n", "amount_minor"])
