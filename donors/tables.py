"""Donors and their consents. An address opens a door and groups gifts; money is never keyed by it."""

import sqlalchemy as sa

from database.columns import BookDate, Bytes, Code, Flag, Instant
from database.tables import one_of, table
from donors.consents import Channel, ConsentPlace

# `email_key` tells one donor from another (donors/donor.py); `email` is the address as it was last typed.
donor = table(
    "donor",
    sa.Column("id", Code, primary_key=True),
    sa.Column("email", Code, nullable=False),
    sa.Column("email_key", Code, nullable=False, unique=True),
    sa.Column("name", Code, nullable=False),
    sa.Column("language", Code, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("email_key <> ''", name="email_key"),
    sa.Index("ix_donor_created_at", "created_at", "id"),
    sa.Index("ix_donor_name", "name", "id"),
)

# What a donor agreed to be sent, or no longer: every decision, in its very words. Triggers keep it append-only.
consent = table(
    "consent",
    sa.Column("id", Code, primary_key=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), nullable=False, index=True),
    sa.Column("channel", Code, nullable=False),
    sa.Column("is_given", Flag, nullable=False),
    sa.Column("words", Code, nullable=False),
    sa.Column("words_version", Code, nullable=False),
    sa.Column("language", Code, nullable=False),
    sa.Column("place", Code, nullable=False),
    sa.Column("at", Instant, nullable=False),
    one_of("channel", Channel),
    one_of("place", ConsentPlace),
    sa.CheckConstraint("words <> '' and words_version <> '' and language <> ''", name="words"),
)

# A link that opens a donor's own pages once. Of its secret only the hash is kept.
donor_link = table(
    "donor_link",
    sa.Column("token_hash", Bytes, primary_key=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), nullable=False, index=True),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.CheckConstraint("length(token_hash) = 32", name="token_hash_is_a_sha256"),
)

# Who asked to be erased. `kept_until` is the last day of what the law has kept; triggers keep it append-only.
erasure = table(
    "erasure",
    sa.Column("id", Code, primary_key=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), nullable=False, unique=True),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("kept_until", BookDate),
    sa.CheckConstraint("who <> ''", name="who"),
)

# Staff found that two donors are one person. Gifts keep the donor whom they came with; a merge can be undone, once.
donor_merge = table(
    "donor_merge",
    sa.Column("id", Code, primary_key=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), nullable=False),
    sa.Column("into_id", Code, sa.ForeignKey("donor.id"), nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("merged_at", Instant, nullable=False),
    sa.Column("undone_by", Code),
    sa.Column("undone_at", Instant),
    # The donor, as long as the merge holds: of each donor one merge holds at a time.
    sa.Column("holds_of", Code, unique=True),
    sa.CheckConstraint("donor_id <> into_id", name="two"),
    sa.CheckConstraint("(undone_at is null) = (holds_of is not null)", name="holds"),
    sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name="undone"),
    sa.Index("ix_donor_merge_into_id", "into_id"),
)

# Each word of the names that a donor gave under and of their address, without case and accents (donors/donor_words.py):
# what staff look for begins one. It is compared letter by letter, in no language's order. Erasure deletes them.
donor_word = table(
    "donor_word",
    sa.Column("word", Code().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), primary_key=True),
    sa.CheckConstraint("word <> ''", name="word"),
    sa.Index("ix_donor_word_donor_id", "donor_id", "word"),
)
