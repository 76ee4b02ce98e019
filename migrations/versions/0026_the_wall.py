"""Who is named on a campaign's page: an index of the gifts whose donors agreed, and what staff have hidden."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant

revision = "0026"
down_revision = "0025"

_SHOWN = sa.text("show_name = 1")


def upgrade() -> None:
    """Forward."""
    op.create_index(
        "ix_gift_shown", "gift", ["received_at", "id"], sqlite_where=_SHOWN, postgresql_where=_SHOWN, unique=False
    )
    op.create_table(
        "hidden_wall_entry",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("hidden_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_hidden_wall_entry_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_hidden_wall_entry")),
        sqlite_strict=True,
    )
