"""Sessions of members of staff and of donors who have signed in."""

import sqlalchemy as sa

from database.columns import Bytes, Code, Instant
from database.tables import one_of, table

session = table(
    "session",
    sa.Column("token_hash", Bytes, primary_key=True),
    sa.Column("holder_kind", Code, nullable=False),
    sa.Column("holder_id", Code, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    one_of("holder_kind", ("staff", "donor")),
    sa.CheckConstraint("length(token_hash) = 32", name="token_is_hashed"),
    sa.CheckConstraint("started_at <= seen_at and seen_at < expires_at", name="instants_in_order"),
    sa.Index("ix_session_holder", "holder_kind", "holder_id"),
)
