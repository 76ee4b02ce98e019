"""Regimes and rules that the desk enters, donors whom it links, and reports as they were filed."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Flag, Instant, Json
from migrations.guards import append_only

revision = "0060"
down_revision = "0059"

REGIMES = "'none', 'gb_party', 'members_association', 'regulated_donee', 'non_party_campaigner'"
KINDS = "'quarterly', 'weekly', 'accepted', 'returned', 'post_election', 'yearly'"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "regime_period",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("first_day", BookDate(), nullable=False),
        sa.Column("last_day", BookDate(), nullable=True),
        sa.Column("is_northern_irish", Flag(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(f"regime in ({REGIMES})", name=op.f("ck_regime_period_regime")),
        sa.CheckConstraint("is_northern_irish in (0, 1)", name=op.f("ck_regime_period_is_northern_irish")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_regime_period_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_regime_period_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regime_period")),
        sqlite_strict=True,
    )
    append_only("regime_period", [["id"]])
    op.create_table(
        "added_rule",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("regime", "key", "value", "unit")),
        sa.Column("first_day", BookDate(), nullable=False),
        sa.Column("last_day", BookDate(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("status", "confidence", "source", "staff_id")),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_added_rule_source")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_added_rule_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_added_rule_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_added_rule")),
        sqlite_strict=True,
    )
    append_only("added_rule", [["id"]])
    op.create_table(
        "linked_donors",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("first_id", "second_id")),
        sa.Column("is_joined", Flag(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("why", "staff_id", "staff_name")),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("is_joined in (0, 1)", name=op.f("ck_linked_donors_is_joined")),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_linked_donors_two")),
        sa.CheckConstraint("staff_name <> ''", name=op.f("ck_linked_donors_by_name")),
        sa.ForeignKeyConstraint(["first_id"], ["donor.id"], name=op.f("fk_linked_donors_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["donor.id"], name=op.f("fk_linked_donors_second_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_linked_donors_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_donors")),
        sqlite_strict=True,
    )
    append_only("linked_donors", [["id"]])
    op.create_table(
        "filed_report",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("first_day", BookDate(), nullable=False),
        sa.Column("last_day", BookDate(), nullable=False),
        sa.Column("version", Count(), nullable=False),
        sa.Column("report", Json(), nullable=False),
        sa.Column("changes", Json(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "staff_id", "staff_name")),
        sa.Column("filed_on", BookDate(), nullable=False),
        sa.CheckConstraint(f"kind in ({KINDS})", name=op.f("ck_filed_report_kind")),
        sa.CheckConstraint(f"regime in ({REGIMES})", name=op.f("ck_filed_report_regime")),
        sa.CheckConstraint("version > 0", name=op.f("ck_filed_report_numbered_from_one")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_filed_report_digest_is_a_sha256")),
        sa.CheckConstraint("staff_name <> ''", name=op.f("ck_filed_report_by_name")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_filed_report_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filed_report")),
        sa.UniqueConstraint(
            "kind", "first_day", "last_day", "version", name=op.f("uq_filed_report_kind_first_day_last_day_version")
        ),
        sqlite_strict=True,
    )
    append_only("filed_report", [["id"], ["kind", "first_day", "last_day", "version"]])
