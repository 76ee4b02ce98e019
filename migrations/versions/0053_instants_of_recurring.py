"""Three instants of recurring gifts had lost their form on SQLite: `2027-12-01 11:06:40.000000`, in UTC.

So written they sort before every instant of their day, and are read in the server's time zone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

COLUMNS = ("began_at", "paused_at", "failing_since")


def upgrade() -> None:
    """Forward."""
    if op.get_bind().dialect.name != "sqlite":
        return
    of = sa.table("recurring", *(sa.column(name) for name in COLUMNS))
    for column in of.c:
        mended = sa.func.replace(column, " ", "T").concat("+00:00")
        op.execute(sa.update(of).where(column.like("% %")).values({column.name: mended}))
