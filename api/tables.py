"""The tokens of programs. Rows are never removed: acts name them, and a revoked one stays to be seen."""

import sqlalchemy as sa

from database.columns import BookDate, Bytes, Code, Instant
from database.tables import table

# Of the secret only the SHA-256 is kept: somebody who reads this table cannot use a token.
api_token = table(
    "api_token",
    sa.Column("id", Code, primary_key=True),
    sa.Column("digest", Bytes, nullable=False, unique=True),
    sa.Column("name", Code, nullable=False),
    sa.Column("scopes", Code, nullable=False),
    sa.Column("ending", Code, nullable=False),
    sa.Column("made_by", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("ends_on", BookDate),
    # A day and no instant: one write a day, and no diary of what a program does.
    sa.Column("used_on", BookDate),
    sa.Column("revoked_at", Instant),
    sa.Column("revoked_by", Code, sa.ForeignKey("staff_member.id")),
    sa.CheckConstraint("length(digest) = 32", name="digest_is_a_sha256"),
    sa.CheckConstraint("length(name) between 1 and 80", name="name"),
    sa.CheckConstraint("scopes <> ''", name="scopes"),
    sa.CheckConstraint("(revoked_at is null) = (revoked_by is null)", name="revoked"),
)
