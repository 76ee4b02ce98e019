"""Who asked to be written to without giving: confirmed once, ended once; what they agreed to stays."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant
from migrations.guards import frozen, keep_rows, set_once

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "signup",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("topic in ('updates', 'opens', 'outcome')", name=op.f("ck_signup_topic")),
        sa.CheckConstraint("ended_by in ('unsubscribe', 'import', 'served')", name=op.f("ck_signup_ended_by")),
        sa.CheckConstraint("words <> '' and words_version <> '' and language <> ''", name=op.f("ck_signup_words")),
        sa.CheckConstraint("(ended_at is null) = (ended_by is null)", name=op.f("ck_signup_ended")),
        sa.CheckConstraint("topic = 'updates' or campaign_id is not null", name=op.f("ck_signup_about_a_campaign")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_signup_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signup_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_signup_campaign_id"), "signup", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_signup_email_key"), "signup", ["email_key"], unique=False)
    keep_rows("signup", [["id"], ["token_hash"]])
    frozen("signup", ["topic", "campaign_id", "words", "words_version", "language", "asked_at", "token_hash"])
    set_once("signup", ["confirmed_at", "ended_at", "ended_by"])
