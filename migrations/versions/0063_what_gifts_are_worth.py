"""What gifts are worth beside their amount, and loans."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Flag, Instant, Minor
from migrations.guards import append_only, frozen, keep_rows, set_once

revision = "0063"
down_revision = "0062"

WRITTEN_LOAN = ("id", "donor_id", "currency", "amount_minor", "lent_on", "terms", "who", "entered_at")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "gift_valuation",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), autoincrement=False, nullable=False),
        sa.Column("is_bequest", Flag(), nullable=False),
        sa.Column("benefit", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("market_value_minor", Minor(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("valued_at", Instant(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_gift_valuation_numbered_from_one")),
        sa.CheckConstraint("market_value_minor >= 0", name=op.f("ck_gift_valuation_market_value")),
        sa.CheckConstraint("(benefit = '') = (market_value_minor = 0)", name=op.f("ck_gift_valuation_benefit")),
        sa.CheckConstraint("is_bequest in (0, 1)", name=op.f("ck_gift_valuation_is_bequest")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_valuation_gift_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_gift_valuation_currency")),
        sa.PrimaryKeyConstraint("gift_id", "n", name=op.f("pk_gift_valuation")),
        sqlite_strict=True,
    )
    append_only("gift_valuation", [["gift_id", "n"]])
    op.create_table(
        "loan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("lent_on", BookDate(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("taken_back_at", Instant(), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_loan_amount")),
        sa.CheckConstraint("terms <> ''", name=op.f("ck_loan_terms")),
        sa.CheckConstraint("(taken_back_at is null) = (taken_back_by is null)", name=op.f("ck_loan_taken_back")),
        sa.CheckConstraint("(taken_back_at is null) = (why is null)", name=op.f("ck_loan_why")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_loan_donor_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_loan_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sqlite_strict=True,
    )
    op.create_index("ix_loan_donor_id", "loan", ["donor_id"])
    keep_rows("loan", [["id"]])
    frozen("loan", WRITTEN_LOAN)
    set_once("loan", ["taken_back_at", "taken_back_by", "why"])
