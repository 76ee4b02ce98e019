"""What the reports' desk enters and keeps: elections, addresses, accounting units, signatures, printed reports."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Bytes, Count, Flag, Instant
from migrations.guards import append_only, refuse

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    """Forward."""
    op.add_column("filed_report", sa.Column("signed_by", sa.Text(), nullable=False, server_default=""))
    refuse("filed_report_signed", "filed_report", "INSERT", "filed_report: somebody signs it", "NEW.signed_by = ''")
    op.create_table(
        "filed_report_pdf",
        sa.Column("report_id", Count(), autoincrement=False, nullable=False),
        sa.Column("pdf", Bytes(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("printed_at", Instant(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_filed_report_pdf_sha256")),
        sa.ForeignKeyConstraint(["report_id"], ["filed_report.id"], name=op.f("fk_filed_report_pdf_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_filed_report_pdf")),
        sqlite_strict=True,
    )
    append_only("filed_report_pdf", [["report_id"]])
    op.create_table(
        "draft_report_pdf",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("pdf", Bytes(), nullable=False),
        sa.Column("printed_at", Instant(), nullable=False),
        sa.CheckConstraint("length(key) = 64", name=op.f("ck_draft_report_pdf_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_draft_report_pdf")),
        sqlite_strict=True,
    )
    _make_election()
    _make_addresses_and_units()


def _make_election() -> None:
    op.create_table(
        "election",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(name, BookDate(), nullable=False) for name in ("regulated_from", "dissolved_on", "polling_day")),
        sa.Column("pre_dissolution_from", BookDate(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_withdrawn", Flag(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_election_name")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_election_source")),
        sa.CheckConstraint("is_withdrawn in (0, 1)", name=op.f("ck_election_is_withdrawn")),
        sa.CheckConstraint(
            "regulated_from <= dissolved_on and dissolved_on <= polling_day", name=op.f("ck_election_days_in_order")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_election_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_election")),
        sqlite_strict=True,
    )
    append_only("election", [["id"]])


def _make_addresses_and_units() -> None:
    op.create_table(
        "commission_address",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("way", "address", "source", "staff_id")),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("way in ('online', 'post', 'email')", name=op.f("ck_commission_address_way")),
        sa.CheckConstraint("address <> ''", name=op.f("ck_commission_address_address")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_commission_address_source")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_commission_address_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_address")),
        sqlite_strict=True,
    )
    append_only("commission_address", [["id"]])
    op.create_table(
        "accounting_unit",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("is_unit", Flag(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("is_unit in (0, 1)", name=op.f("ck_accounting_unit_is_unit")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_accounting_unit_campaign_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_accounting_unit_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_unit")),
        sqlite_strict=True,
    )
    append_only("accounting_unit", [["id"]])
