"""What Xero and QuickBooks know our accounts by."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "account_code",
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint("program in ('xero', 'quickbooks')", name=op.f("ck_account_code_program")),
        sa.CheckConstraint("length(code) between 1 and 159", name=op.f("ck_account_code_code")),
        sa.PrimaryKeyConstraint("program", "account", name=op.f("pk_account_code")),
        sqlite_strict=True,
    )
