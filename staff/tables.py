"""Members of staff, what they sign in with, the campaigns of organisers, and the log of what they did."""

import sqlalchemy as sa

from database.columns import Bytes, Code, Count, Instant, Json
from database.tables import one_of, table
from staff.role import Role

# Rows are never removed, because acts name members; the database refuses that the last owner leaves
# (migrations/versions/0011_signing_in.py).
staff_member = table(
    "staff_member",
    sa.Column("id", Code, primary_key=True),
    sa.Column("email", Code, nullable=False, unique=True),
    sa.Column("name", Code, nullable=False),
    sa.Column("role", Code, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant),
    sa.Column("removed_at", Instant),
    sa.Column("signed_in_at", Instant),
    sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
    one_of("role", Role),
)

# Only the hash of a token is kept: somebody who reads this table cannot sign in with it.
sign_in_link = table(
    "sign_in_link",
    sa.Column("token_hash", Bytes, primary_key=True),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.CheckConstraint("length(token_hash) = 32", name="token_hash_is_a_sha256"),
)

# The campaigns that an organiser looks after. Other roles see all of them.
staff_campaign = table(
    "staff_campaign",
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), primary_key=True),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), primary_key=True),
)

staff_password = table(
    "staff_password",
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), primary_key=True),
    sa.Column("password_hash", Code, nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)

# The secret is encrypted. `last_step` is the 30-second step of the last code that was taken: none is taken twice.
second_factor = table(
    "second_factor",
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), primary_key=True),
    sa.Column("secret", Code, nullable=False),
    sa.Column("last_step", Count, nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)

recovery_code = table(
    "recovery_code",
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), primary_key=True),
    sa.Column("code_hash", Bytes, primary_key=True),
    sa.Column("salt", Bytes, nullable=False),
    sa.Column("used_at", Instant),
    sa.CheckConstraint("length(code_hash) = 32", name="code_is_hashed"),
)

# Append-only: the database refuses UPDATE, DELETE, REPLACE and TRUNCATE (migrations/guards.py).
# `who` is the id of a member of staff, or the name of a command. `address` is null for commands.
act = table(
    "act",
    sa.Column("id", Code, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("what", Code, nullable=False),
    sa.Column("subject_kind", Code, nullable=False),
    sa.Column("subject_id", Code, nullable=False),
    sa.Column("before", Json),
    sa.Column("after", Json),
    sa.Column("address", Code),
    sa.CheckConstraint("who <> '' and what <> ''", name="who_and_what"),
    sa.CheckConstraint("subject_kind <> '' and subject_id <> ''", name="subject"),
    sa.Index("ix_act_at", "at"),
    sa.Index("ix_act_subject", "subject_kind", "subject_id"),
)

# What staff write beside a gift, a donor or a recurring gift. Its text goes when it is removed, and changes never.
note = table(
    "note",
    sa.Column("id", Code, primary_key=True),
    sa.Column("about", Code, nullable=False),
    sa.Column("about_id", Code, nullable=False),
    sa.Column("text", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("removed_at", Instant),
    sa.Column("removed_by", Code),
    sa.CheckConstraint("(removed_at is null) = (text <> '')", name="text"),
    sa.CheckConstraint("(removed_at is null) = (removed_by is null)", name="removed"),
    sa.CheckConstraint("about in ('gift', 'donor', 'recurring')", name="about"),
    sa.Index("ix_note_about", "about", "about_id"),
)
