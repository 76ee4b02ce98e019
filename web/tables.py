"""Sessions, attempts to get in, visits that limits count, pictures of all pages, and CSV files on their way in."""

import sqlalchemy as sa

from database.columns import Bytes, Code, Count, Instant, Json
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

# How much came in a window of time from whatever has this slot. The slot is a number made with a secret key from an
# address: there are only so many, and none says whose it is. A later window takes the row of an earlier one.
visit_count = table(
    "visit_count",
    sa.Column("kind", Code, primary_key=True),
    sa.Column("slot", Count, primary_key=True, autoincrement=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("visits", Count, nullable=False),
    sa.CheckConstraint("slot between 0 and 16383", name="slot"),
    sa.CheckConstraint("visits > 0", name="visits"),
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

# Which column holds what, as somebody chose for files of one purpose whose header has this hash.
csv_columns = table(
    "csv_columns",
    sa.Column("purpose", Code, primary_key=True),
    sa.Column("shape", Code, primary_key=True),
    sa.Column("places", Json, nullable=False),
    sa.Column("chosen_at", Instant, nullable=False),
    sa.CheckConstraint("length(shape) = 64", name="shape_is_a_sha256"),
)

# Between a dry run and its confirmation, for a day at most. It holds personal data.
csv_upload = table(
    "csv_upload",
    sa.Column("id", Code, primary_key=True),
    sa.Column("purpose", Code, nullable=False),
    sa.Column("content", Bytes, nullable=False),
    sa.Column("sha256", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("kept_at", Instant, nullable=False),
    sa.CheckConstraint("length(sha256) = 64", name="sha256"),
)
