"""What was spent of a campaign's money is noted by hand, and taken back by a mark, never removed."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Instant, Minor
from migrations.guards import frozen, keep_rows, set_once

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "spending",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("spent_on", BookDate(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.CheckConstraint("amount_minor > 0 and amount_minor < 1000000000000", name=op.f("ck_spending_amount")),
        sa.CheckConstraint("length(words) between 1 and 200", name=op.f("ck_spending_words")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_spending_campaign_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_spending_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
        sqlite_strict=True,
    )
    op.create_index("ix_spending_campaign_id", "spending", ["campaign_id"], unique=False)
    keep_rows("spending", [["id"]])
    frozen("spending", ["id", "campaign_id", "currency", "amount_minor", "spent_on", "words", "noted_at"])
    set_once("spending", ["withdrawn_at"])
