"""The Payment Link of each campaign, for the hour in which no checkout can be opened."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "payment_link",
        sa.Column("campaign_id", Count(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint("url like 'http%'", name=op.f("ck_payment_link_url")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_payment_link_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_payment_link")),
        sa.UniqueConstraint("link_id", name=op.f("uq_payment_link_link_id")),
        sqlite_strict=True,
    )
