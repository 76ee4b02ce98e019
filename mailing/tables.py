"""Sign-ups for letters. Triggers let a row be confirmed once and ended once; what was agreed to stays."""

import sqlalchemy as sa

from database.columns import Code, Count, Instant
from database.tables import one_of, table
from mailing.signup import EndedBy, Topic

signup = table(
    "signup",
    sa.Column("id", Code, primary_key=True),
    sa.Column("topic", Code, nullable=False),
    # The whole organisation where it is empty.
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), index=True),
    sa.Column("email", Code, nullable=False),
    sa.Column("email_key", Code, nullable=False, index=True),
    sa.Column("words", Code, nullable=False),
    sa.Column("words_version", Code, nullable=False),
    sa.Column("language", Code, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("token_hash", Code, nullable=False, unique=True),
    sa.Column("confirmed_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("ended_by", Code),
    one_of("topic", Topic),
    one_of("ended_by", EndedBy),
    sa.CheckConstraint("words <> '' and words_version <> '' and language <> ''", name="words"),
    sa.CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended"),
    sa.CheckConstraint("topic = 'updates' or campaign_id is not null", name="about_a_campaign"),
)
