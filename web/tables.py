"""The sessions of treasurers who have signed in."""

import sqlalchemy as sa

from database.columns import Bytes, Code, Instant
from database.tables import table

session = table(
    "session",
    sa.Column("token_hash", Bytes, primary_key=True),
    sa.Column("treasurer_id", Code, nullable=False, index=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.CheckConstraint("length(token_hash) = 32", name="token_is_hashed"),
    sa.CheckConstraint("started_at <= seen_at and seen_at < expires_at", name="instants_in_order"),
)
