"""What donors agreed to be sent, channel by channel: every decision, with its words."""

import sqlalchemy as sa
from alembic import op

from database.columns import Flag, Instant
from migrations.guards import append_only

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "consent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("is_given", Flag(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("channel in ('email', 'post', 'phone', 'sms')", name=op.f("ck_consent_channel")),
        sa.CheckConstraint("place in ('form', 'own_page', 'unsubscribe', 'import')", name=op.f("ck_consent_place")),
        sa.CheckConstraint("words <> '' and words_version <> '' and language <> ''", name=op.f("ck_consent_words")),
        sa.CheckConstraint("is_given in (0, 1)", name=op.f("ck_consent_is_given")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_consent_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_consent_donor_id"), "consent", ["donor_id"], unique=False)
    append_only("consent", [["id"]])
