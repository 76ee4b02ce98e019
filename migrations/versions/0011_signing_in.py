"""Signing in: passwords, second factors, recovery codes, an organiser's campaigns, and sessions in stages.

Members of staff get an end: they may be disabled or removed, and are never deleted, because acts name them. The
database keeps one owner: of two that leave at the same moment, the second is refused. Sessions are made anew, because
SQLite cannot add a CHECK; those of staff stay, and must set a password and a second factor before the desk opens.
"""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant
from migrations.guards import keep_rows, on_sqlite, refuse

revision = "0011"
down_revision = "0010"

WHY = "staff_member: the last owner stays"
IS_OWNER = "{0}.role = 'owner' AND {0}.disabled_at IS NULL AND {0}.removed_at IS NULL"
OTHER_OWNER = f"SELECT 1 FROM staff_member AS other WHERE other.id <> OLD.id AND {IS_OWNER.format('other')}"  # noqa: S608 - our own names
LEAVES = f"{IS_OWNER.format('OLD')} AND NOT ({IS_OWNER.format('NEW')})"
# The lock keeps a second owner who leaves at the same moment waiting; the question after it sees what was committed.
KEEP_AN_OWNER = f"""
CREATE FUNCTION farthing_keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7204616511);
  IF NOT EXISTS ({OTHER_OWNER}) THEN
    RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Forward."""
    for name in ("disabled_at", "removed_at", "signed_in_at"):
        op.add_column("staff_member", sa.Column(name, Instant(), nullable=True))
    keep_rows("staff_member")
    _keep_an_owner()
    _make_campaigns_of_organisers()
    _make_credentials()
    _make_sessions_anew()
    _make_attempts()


def _keep_an_owner() -> None:
    if on_sqlite():
        refuse("staff_member_last_owner", "staff_member", "UPDATE", WHY, f"{LEAVES} AND NOT EXISTS ({OTHER_OWNER})")
        return
    op.execute(KEEP_AN_OWNER)
    op.execute(
        f"CREATE TRIGGER staff_member_last_owner BEFORE UPDATE ON staff_member FOR EACH ROW WHEN ({LEAVES}) "
        "EXECUTE FUNCTION farthing_keep_an_owner()"
    )
    op.execute("ALTER TABLE staff_member ENABLE ALWAYS TRIGGER staff_member_last_owner")


def _make_campaigns_of_organisers() -> None:
    op.create_table(
        "staff_campaign",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_staff_campaign_staff_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_staff_campaign_campaign_id")),
        sa.PrimaryKeyConstraint("staff_id", "campaign_id", name=op.f("pk_staff_campaign")),
        sqlite_strict=True,
    )


def _make_credentials() -> None:
    op.create_table(
        "staff_password",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_staff_password_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_password")),
        sqlite_strict=True,
    )
    op.create_table(
        "second_factor",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", Count(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_second_factor_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_second_factor")),
        sqlite_strict=True,
    )
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.CheckConstraint("length(code_hash) = 32", name=op.f("ck_recovery_code_code_is_hashed")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_recovery_code_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "code_hash", name=op.f("pk_recovery_code")),
        sqlite_strict=True,
    )


def _make_sessions_anew() -> None:
    op.execute("CREATE TABLE kept_session AS SELECT * FROM session")
    op.drop_table("session")
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("holder_kind", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("browser", sa.Text(), nullable=True),
        sa.CheckConstraint("holder_kind in ('staff', 'donor')", name=op.f("ck_session_holder_kind")),
        sa.CheckConstraint("stage in ('open', 'code', 'link')", name=op.f("ck_session_stage")),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_session_token_is_hashed")),
        sa.CheckConstraint("started_at <= seen_at and seen_at < expires_at", name=op.f("ck_session_instants_in_order")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        sqlite_strict=True,
    )
    op.create_index("ix_session_holder", "session", ["holder_kind", "holder_id"], unique=False)
    op.execute(
        "INSERT INTO session (token_hash, holder_kind, holder_id, stage, started_at, confirmed_at, seen_at, expires_at)"
        " SELECT token_hash, holder_kind, holder_id, CASE holder_kind WHEN 'staff' THEN 'link' ELSE 'open' END,"
        " started_at, started_at, seen_at, expires_at FROM kept_session"
    )
    op.execute("DROP TABLE kept_session")


def _make_attempts() -> None:
    op.create_table(
        "attempt_count",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", Count(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.CheckConstraint("length(key_hash) = 32", name=op.f("ck_attempt_count_key_is_hashed")),
        sa.CheckConstraint("attempts > 0", name=op.f("ck_attempt_count_attempts")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_attempt_count")),
        sqlite_strict=True,
    )
    op.create_index("ix_attempt_count_since", "attempt_count", ["since"], unique=False)
