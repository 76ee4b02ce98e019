"""Postal addresses of donors, where receipts want them."""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    """Forward. Rows may be changed and removed: what stands on a receipt is the receipt's own."""
    op.create_table(
        "postal_address",
        sa.Column("gift_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("street", "town", "region", "postcode", "country")),
        sa.Column("typed_at", Instant(), nullable=False),
        sa.CheckConstraint("street <> '' AND town <> '' AND postcode <> ''", name=op.f("ck_postal_address_whole")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_postal_address_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_postal_address")),
        sqlite_strict=True,
    )
