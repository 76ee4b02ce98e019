"""Who may sit at the desk, and the one-time links that let them in."""

import sqlalchemy as sa

from database.columns import Bytes, Code, Instant
from database.tables import table

treasurer = table(
    "treasurer",
    sa.Column("id", Code, primary_key=True),
    sa.Column("email", Code, nullable=False, unique=True),
    sa.Column("name", Code, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
)

# Only the hash of a token is kept: whoever reads this table still cannot sign in.
sign_in_link = table(
    "sign_in_link",
    sa.Column("token_hash", Bytes, primary_key=True),
    sa.Column("treasurer_id", Code, sa.ForeignKey("treasurer.id"), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.CheckConstraint("length(token_hash) = 32", name="token_hash_is_a_sha256"),
)
