"""Indexes that alone answer what the gifts of many donors come to, which of them went back, and who paid a refund."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"

BACK_OR_MOVED = sa.text("kind IN ('refund', 'refund_failed', 'dispute', 'payment_failed', 'repaid', 'move')")
WIDER = (
    ("ix_gift_donor_id", "gift", ["donor_id", "received_on", "received_at", "id", "currency", "amount_minor"]),
    ("ix_charge_payment", "charge", ["payment", "gift_id"]),
    ("ix_letter_to_address", "letter", ["to_address", "posted_at", "id"]),
)
BACK = ["gift_id", "currency", "debit", "credit", "amount_minor", "campaign_id", "kind"]


def upgrade() -> None:
    """Forward."""
    for name, table, columns in WIDER:
        op.drop_index(name, table)
        op.create_index(name, table, columns)
    op.create_index(
        "ix_entry_given_back_of_gift", "entry", BACK, sqlite_where=BACK_OR_MOVED, postgresql_where=BACK_OR_MOVED
    )
