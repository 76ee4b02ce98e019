"""Subscriptions of another system, which a treasurer adopts or leaves."""

import sqlalchemy as sa
from alembic import op

from database.columns import Flag, Instant, Minor
from migrations.guards import frozen, keep_rows, set_once

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "supporter",
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("donor_name", sa.Text(), nullable=False),
        sa.Column("donor_email", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("adopted", Flag(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_supporter_amount")),
        sa.CheckConstraint("interval in ('week', 'month', 'quarter', 'year')", name=op.f("ck_supporter_interval")),
        sa.CheckConstraint("adopted in (0, 1)", name=op.f("ck_supporter_adopted")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_supporter_currency")),
        sa.PrimaryKeyConstraint("subscription", name=op.f("pk_supporter")),
        sqlite_strict=True,
    )
    keep_rows("supporter", [["subscription"]])
    frozen("supporter", ["subscription", "currency", "amount_minor", "interval", "product", "began_at", "found_at"])
    set_once("supporter", ["decided_at", "adopted"])
