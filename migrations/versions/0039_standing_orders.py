"""Standing orders, known by a short reference, and the gifts that came by them."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Instant, Minor
from migrations.guards import append_only, frozen, keep_rows, set_once

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "standing_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("first_day", BookDate(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_on", BookDate(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_standing_order_amount")),
        sa.CheckConstraint("interval in ('week', 'month', 'quarter', 'year')", name=op.f("ck_standing_order_interval")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_standing_order_campaign_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_standing_order_currency")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_standing_order_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_standing_order_reference")),
        sqlite_strict=True,
    )
    op.create_index("ix_standing_order_donor_id", "standing_order", ["donor_id"], unique=False)
    keep_rows("standing_order", [["id"], ["reference"]])
    frozen(
        "standing_order",
        [
            "id",
            "reference",
            "donor_id",
            "campaign_id",
            "currency",
            "amount_minor",
            "interval",
            "first_day",
            "who",
            "made_at",
        ],
    )
    set_once("standing_order", ["ended_on"])
    op.create_table(
        "standing_order_gift",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("due_on", BookDate(), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_standing_order_gift_gift_id")),
        sa.ForeignKeyConstraint(["order_id"], ["standing_order.id"], name=op.f("fk_standing_order_gift_order_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_standing_order_gift")),
        sqlite_strict=True,
    )
    op.create_index("ix_standing_order_gift_order_id", "standing_order_gift", ["order_id"], unique=False)
    append_only("standing_order_gift", [["gift_id"]])
