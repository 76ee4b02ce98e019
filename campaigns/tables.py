"""The table of campaigns."""

import sqlalchemy as sa

from database.columns import Code, Count, Instant, Minor
from database.tables import table

campaign = table(
    "campaign",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("slug", Code, nullable=False, unique=True),
    sa.Column("title", Code, nullable=False),
    sa.Column("story", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("target_minor", Minor),
    sa.Column("opens_at", Instant),
    sa.Column("closes_at", Instant),
    sa.Column("image", Code),
    sa.Column("parent_id", Count, sa.ForeignKey("campaign.id"), index=True),
    sa.CheckConstraint("id > 0", name="numbered_from_one"),
    sa.CheckConstraint("length(slug) between 1 and 60", name="slug_length"),
    sa.CheckConstraint("length(title) between 1 and 120", name="title_length"),
    sa.CheckConstraint("target_minor > 0", name="target_is_positive"),
    sa.CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    sa.CheckConstraint("parent_id <> id", name="not_its_own_parent"),
)
