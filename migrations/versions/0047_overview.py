"""What came in each month by kind and source, added up; indexes for what the overview asks."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Minor

revision = "0047"
down_revision = "0046"

MONTH = {"sqlite": "substr(g.received_on, 1, 7)", "postgresql": "to_char(g.received_on, 'YYYY-MM')"}
KIND = (
    "CASE WHEN g.recurring_id IS NOT NULL THEN 'recurring' WHEN g.payment LIKE 'offline:%' THEN 'offline'"
    " ELSE 'once' END"
)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "giving_total",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("gifts", Count(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.CheckConstraint("kind in ('once', 'recurring', 'offline')", name=op.f("ck_giving_total_kind")),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_giving_total_month")),
        sa.CheckConstraint("gifts > 0 and amount_minor > 0", name=op.f("ck_giving_total_sums")),
        sa.PrimaryKeyConstraint("month", "kind", "currency", "source", name=op.f("pk_giving_total")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO giving_total (month, kind, currency, source, gifts, amount_minor)"  # noqa: S608 (our own words)
        f" SELECT {MONTH[op.get_bind().dialect.name]}, {KIND}, g.currency, coalesce(g.source, f.source, ''), count(*),"
        " sum(g.amount_minor) FROM gift g LEFT JOIN recurring r ON r.id = g.recurring_id"
        " LEFT JOIN gift f ON f.id = r.first_gift_id WHERE g.received_on IS NOT NULL GROUP BY 1, 2, 3, 4"
    )
    op.drop_index("ix_gift_donor_id", "gift")
    op.create_index("ix_gift_donor_id", "gift", ["donor_id", "received_on"])
    _partial("ix_gift_promised", "gift", ["state", "currency", "amount_minor"], "state IN ('pending', 'processing')")
    _partial(
        "ix_recurring_expected", "recurring", ["currency", "interval", "amount_minor"],
        "state IN ('active', 'past_due', 'ending') AND next_at IS NOT NULL",
    )  # fmt: skip
    op.create_index("ix_recurring_state", "recurring", ["state", "stripe_ends_at"])
    op.create_index("ix_recurring_began", "recurring", ["interval", "began_at", "state", "stripe_ends_at"])


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
