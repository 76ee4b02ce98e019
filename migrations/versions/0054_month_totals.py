"""The ledger's totals by month as well: the sum of many years is a few rows."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Minor
from migrations.guards import keep_rows

revision = "0054"
down_revision = "0053"

MONTH = {"sqlite": "substr(book_date, 1, 7)", "postgresql": "to_char(book_date, 'YYYY-MM')"}
SIDES = ("debit_minor", "credit_minor", "debits", "credits")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "month_total",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("debit_minor", Minor(), nullable=False),
        sa.Column("credit_minor", Minor(), nullable=False),
        sa.Column("debits", Count(), nullable=False),
        sa.Column("credits", Count(), nullable=False),
        sa.CheckConstraint("debit_minor >= 0 and credit_minor >= 0", name=op.f("ck_month_total_sides")),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_month_total_month")),
        sa.PrimaryKeyConstraint("account", "currency", "campaign_id", "month", name=op.f("pk_month_total")),
        sqlite_strict=True,
    )
    sums = ", ".join(f"sum({side})" for side in SIDES)
    op.execute(
        f"INSERT INTO month_total (account, currency, campaign_id, month, {', '.join(SIDES)})"  # noqa: S608 (our words)
        f" SELECT account, currency, campaign_id, {MONTH[op.get_bind().dialect.name]}, {sums} FROM total"
        " GROUP BY 1, 2, 3, 4"
    )
    keep_rows("month_total")
    op.create_index("ix_total_book_date", "total", ["book_date"])
