"""The tables of waiting jobs and of letters. A job that is done is deleted; one that failed stays, with its error."""

import sqlalchemy as sa

from database.columns import Code, Count, Flag, Instant, Json
from database.tables import one_of, table

job = table(
    "job",
    sa.Column("key", Code, primary_key=True),
    sa.Column("kind", Code, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("urgent", Flag, nullable=False),
    sa.Column("queued_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("attempts", Count, nullable=False),
    sa.Column("error", Code),
    sa.Index("ix_job_due", "urgent", "due_at"),
)

# Append-only but for what has become of it. Triggers (migrations/guards.py) keep the rest, and let each state be
# followed only by some. The text of a personal letter may be removed.
letter = table(
    "letter",
    sa.Column("id", Code, primary_key=True),
    sa.Column("key", Code, nullable=False, unique=True),
    sa.Column("to_address", Code, nullable=False),
    sa.Column("to_name", Code, nullable=False),
    sa.Column("subject", Code, nullable=False),
    sa.Column("text", Code, nullable=False),
    sa.Column("html", Code, nullable=False),
    # A list of `Attachment`.
    sa.Column("attachments", Json, nullable=False),
    sa.Column("personal", Flag, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("unsubscribe", Code, nullable=False),
    # The left part of the Message-ID.
    sa.Column("message_id", Code, nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    sa.Column("state", Code, nullable=False),
    sa.Column("tried_at", Instant),
    # Since when the server has been asking us to come again.
    sa.Column("deferred_since", Instant),
    sa.Column("sent_at", Instant),
    sa.Column("reason", Code, nullable=False),
    sa.Column("settled_at", Instant),
    # When its reader was erased: address, name, subject and text went.
    sa.Column("erased_at", Instant),
    one_of("state", ("waiting", "sending", "sent", "filed", "refused", "given_up", "uncertain")),
    sa.CheckConstraint("key <> '' and to_address <> '' and subject <> ''", name="addressed"),
    sa.Index("ix_letter_state", "state", "posted_at"),
    sa.Index("ix_letter_posted", "posted_at"),
    sa.Index("ix_letter_to_address", "to_address", "posted_at", "id"),
)
