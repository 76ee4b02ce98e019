"""The table of waiting jobs. A job that is done is deleted; a job that failed stays, with its error."""

import sqlalchemy as sa

from database.columns import Code, Count, Flag, Instant, Json
from database.tables import table

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
