"""Letters: what is written to people, each once for its cause, and what has become of it."""

import sqlalchemy as sa
from alembic import op

from database.columns import Flag, Instant, Json
from migrations.guards import frozen, keep_rows, refuse, set_once

revision = "0012"
down_revision = "0011"

WRITTEN = (
    "id", "key", "to_address", "to_name", "subject", "attachments", "personal", "expires_at", "unsubscribe",
    "message_id", "posted_at",
)  # fmt: skip
MOVES = (
    "waiting>sending", "waiting>refused", "waiting>given_up", "sending>waiting", "sending>sent", "sending>filed",
    "sending>refused", "sending>given_up", "sending>uncertain", "uncertain>sent", "uncertain>filed",
    "uncertain>refused",
)  # fmt: skip


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("attachments", Json(), nullable=False),
        sa.Column("personal", Flag(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("unsubscribe", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=True),
        sa.Column("deferred_since", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'sending', 'sent', 'filed', 'refused', 'given_up', 'uncertain')",
            name=op.f("ck_letter_state"),
        ),
        sa.CheckConstraint("key <> '' and to_address <> '' and subject <> ''", name=op.f("ck_letter_addressed")),
        sa.CheckConstraint("personal in (0, 1)", name=op.f("ck_letter_personal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("key", name=op.f("uq_letter_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_letter_state", "letter", ["state", "posted_at"], unique=False)
    op.create_index("ix_letter_posted", "letter", ["posted_at"], unique=False)
    keep_rows("letter", [["id"], ["key"]])
    frozen("letter", WRITTEN)
    set_once("letter", ["deferred_since", "sent_at", "settled_at"])
    refuse(
        "letter_text_frozen", "letter", "UPDATE", "letter: what was written stays as it is",
        "(NEW.text <> OLD.text OR NEW.html <> OLD.html)"
        " AND NOT (OLD.personal = 1 AND NEW.text = 'removed' AND NEW.html = 'removed')",
    )  # fmt: skip
    allowed = ", ".join(f"'{move}'" for move in MOVES)
    refuse(
        "letter_state_moves", "letter", "UPDATE OF state", "letter: this state does not follow that one",
        f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({allowed})",
    )  # fmt: skip
