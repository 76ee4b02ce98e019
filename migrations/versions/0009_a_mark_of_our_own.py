"""The mark of this installation: what its gifts carry at Stripe, so that another Farthing's are not taken for ours.

Made once, kept with the mode, carried by backup and restore.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from database.columns import Count
from migrations.guards import append_only

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """One row, that never changes."""
    mark = op.create_table(
        "installation_mark",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_mark_one")),
        sa.CheckConstraint("length(mark) = 32", name=op.f("ck_installation_mark_is_a_uuid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation_mark")),
        sqlite_strict=True,
    )
    op.bulk_insert(mark, [{"id": 1, "mark": uuid4().hex}])
    append_only("installation_mark", [["id"]])
