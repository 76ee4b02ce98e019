"""Sessions of members of staff and of donors, how often somebody has tried to get in, and pictures of all pages."""

import sqlalchemy as sa

from database.columns import Bytes, Code, Count, Instant
from database.tables import one_of, table

session = table(
    "session",
    sa.Column("token_hash", Bytes, primary_key=True),
    sa.Column("holder_kind", Code, nullable=False),
    sa.Column("holder_id", Code, nullable=False),
    sa.Column("stage", Code, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("confirmed_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("address", Code),
    sa.Column("browser", Code),
    one_of("holder_kind", ("staff", "donor")),
    one_of("stage", ("open", "code", "link")),
    sa.CheckConstraint("length(token_hash) = 32", name="token_is_hashed"),
    sa.CheckConstraint("started_at <= seen_at and seen_at < expires_at", name="instants_in_order"),
    sa.Index("ix_session_holder", "holder_kind", "holder_id"),
)

# Of an email address or a network address only the hash is kept.
attempt_count = table(
    "attempt_count",
    sa.Column("key_hash", Bytes, primary_key=True),
    sa.Column("attempts", Count, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.CheckConstraint("length(key_hash) = 32", name="key_is_hashed"),
    sa.CheckConstraint("attempts > 0", name="attempts"),
    sa.Index("ix_attempt_count_since", "since"),
)

# Named by the hash of what was uploaded. A picture may be removed, but never changed.
picture = table(
    "picture",
    sa.Column("hash", Code, primary_key=True),
    sa.Column("made_at", Instant, nullable=False),
    sa.CheckConstraint("length(hash) = 64", name="hash_is_a_sha256"),
)

picture_file = table(
    "picture_file",
    sa.Column("hash", Code, sa.ForeignKey("picture.hash"), primary_key=True),
    sa.Column("width", Count, primary_key=True),
    sa.Column("extension", Code, primary_key=True),
    sa.Column("height", Count, nullable=False),
    sa.Column("body", Bytes, nullable=False),
    sa.CheckConstraint("width > 0 and height > 0", name="size"),
    one_of("extension", ("webp", "jpg", "png", "svg")),
)
