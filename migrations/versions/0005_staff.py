"""Staff: treasurers become members of staff with a role, sessions say whose they are, and acts are logged.

Every treasurer becomes an owner: until now each of them could do everything. Sign-in links and sessions stay
good. The three small tables are made anew on both engines, because SQLite cannot change their constraints; all
of it is one transaction, so that a migration that is cut off leaves the database as it was.
"""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant, Json
from migrations.guards import append_only

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward."""
    _make_members()
    _make_links_anew()
    op.drop_table("treasurer")
    _make_sessions_anew()
    _make_acts()


def _make_members() -> None:
    op.create_table(
        "staff_member",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_staff_member_email_is_lower_case")),
        sa.CheckConstraint("role in ('owner', 'treasurer', 'organiser', 'auditor')", name=op.f("ck_staff_member_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_member_email")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO staff_member (id, email, name, role, created_at)"
        " SELECT id, email, name, 'owner', created_at FROM treasurer ORDER BY created_at, id"
    )


def _make_links_anew() -> None:
    op.execute("CREATE TABLE kept_link AS SELECT token_hash, treasurer_id, expires_at, used_at FROM sign_in_link")
    op.drop_table("sign_in_link")
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_sign_in_link_token_hash_is_a_sha256")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_sign_in_link_staff_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO sign_in_link (token_hash, staff_id, expires_at, used_at)"
        " SELECT token_hash, treasurer_id, expires_at, used_at FROM kept_link"
    )
    op.execute("DROP TABLE kept_link")


def _make_sessions_anew() -> None:
    op.execute(
        "CREATE TABLE kept_session AS SELECT token_hash, treasurer_id, started_at, seen_at, expires_at FROM session"
    )
    op.drop_table("session")
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("holder_kind", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.CheckConstraint("holder_kind in ('staff', 'donor')", name=op.f("ck_session_holder_kind")),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_session_token_is_hashed")),
        sa.CheckConstraint("started_at <= seen_at and seen_at < expires_at", name=op.f("ck_session_instants_in_order")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        sqlite_strict=True,
    )
    op.create_index("ix_session_holder", "session", ["holder_kind", "holder_id"], unique=False)
    op.execute(
        "INSERT INTO session (token_hash, holder_kind, holder_id, started_at, seen_at, expires_at)"
        " SELECT token_hash, 'staff', treasurer_id, started_at, seen_at, expires_at FROM kept_session"
    )
    op.execute("DROP TABLE kept_session")


def _make_acts() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("before", Json(), nullable=True),
        sa.Column("after", Json(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.CheckConstraint("subject_kind <> '' and subject_id <> ''", name=op.f("ck_act_subject")),
        sa.CheckConstraint("who <> '' and what <> ''", name=op.f("ck_act_who_and_what")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sqlite_strict=True,
    )
    op.create_index("ix_act_at", "act", ["at"], unique=False)
    op.create_index("ix_act_subject", "act", ["subject_kind", "subject_id"], unique=False)
    append_only("act", [["id"]])
