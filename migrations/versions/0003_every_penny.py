"""Every penny: recurring gifts, what goes back, what settles, what is paid out."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Flag, Instant, Minor
from migrations.guards import append_only, frozen, keep_rows, refuse, rekey, set_once

revision = "0003"
down_revision = "0002"


def upgrade() -> None:  # noqa: PLR0915 - one statement a table, as Alembic wrote them
    """Forward."""
    op.create_table(
        "balance_check",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("ours_minor", Minor(), nullable=False),
        sa.Column("theirs_minor", Minor(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_balance_check")),
        sqlite_strict=True,
    )
    op.create_table(
        "balance_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("fee_minor", Minor(), nullable=False),
        sa.Column("original_currency", sa.Text(), nullable=True),
        sa.Column("original_minor", Minor(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("marked", Flag(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ours", Flag(), nullable=True),
        sa.Column("payout_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "category in ('payment', 'refund', 'dispute', 'payout', 'payout_returned', 'stripe_fee',"
            " 'top_up', 'adjustment', 'other', 'unknown')",
            name=op.f("ck_balance_line_category"),
        ),
        sa.CheckConstraint("marked in (0, 1)", name=op.f("ck_balance_line_marked")),
        sa.CheckConstraint("ours in (0, 1)", name=op.f("ck_balance_line_ours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_line")),
        sqlite_strict=True,
    )
    op.create_index("ix_balance_line_payment", "balance_line", ["payment"], unique=False)
    op.create_index("ix_balance_line_payout_id", "balance_line", ["payout_id"], unique=False)
    op.create_index("ix_balance_line_subject", "balance_line", ["subject"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("failing_since", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_contact_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_strict=True,
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("answer_by", Instant(), nullable=True),
        sa.Column("looked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_payment", "dispute", ["payment"], unique=False)
    op.create_table(
        "dispute_move",
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("dispute", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_dispute_move_amount")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_dispute_move")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_move_dispute", "dispute_move", ["dispute"], unique=False)
    op.create_index("ix_dispute_move_payment", "dispute_move", ["payment"], unique=False)
    op.create_table(
        "invoice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recurring_id", sa.Text(), nullable=False),
        sa.Column("is_first", Flag(), nullable=False),
        sa.CheckConstraint("is_first in (0, 1)", name=op.f("ck_invoice_is_first")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_recurring_id", "invoice", ["recurring_id"], unique=False)
    op.create_table(
        "invoice_payment",
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_invoice_payment")),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_payment_invoice_id", "invoice_payment", ["invoice_id"], unique=False)
    op.create_table(
        "payment_failure",
        sa.Column("charge", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_failure_amount")),
        sa.PrimaryKeyConstraint("charge", name=op.f("pk_payment_failure")),
        sqlite_strict=True,
    )
    op.create_index("ix_payment_failure_payment", "payment_failure", ["payment"], unique=False)
    op.create_table(
        "payout",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("arrived_at", Instant(), nullable=True),
        sa.Column("returned_at", Instant(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("automatic", Flag(), nullable=True),
        sa.Column("looked_at", Instant(), nullable=True),
        sa.Column("lines_minor", Minor(), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_payout_amount")),
        sa.CheckConstraint("automatic in (0, 1)", name=op.f("ck_payout_automatic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sqlite_strict=True,
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("agreed_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_payment", "refund", ["payment"], unique=False)
    op.create_table(
        "settled_discrepancy",
        sa.Column("charge", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["charge"], ["discrepancy.charge"], name=op.f("fk_settled_discrepancy_charge")),
        sa.PrimaryKeyConstraint("charge", name=op.f("pk_settled_discrepancy")),
        sqlite_strict=True,
    )
    op.create_table(
        "waiting_fact",
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.CheckConstraint("kind in ('refund', 'dispute')", name=op.f("ck_waiting_fact_kind")),
        sa.PrimaryKeyConstraint("payment", "fact", name=op.f("pk_waiting_fact")),
        sqlite_strict=True,
    )
    op.create_table(
        "walk",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reached", Instant(), nullable=True),
        sa.Column("aim", Instant(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("walked_at", Instant(), nullable=True),
        sa.CheckConstraint("name in ('events', 'charges', 'invoice_payments', 'balance')", name=op.f("ck_walk_name")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_walk")),
        sqlite_strict=True,
    )
    op.create_table(
        "recurring",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("donor_name", sa.Text(), nullable=False),
        sa.Column("donor_email", sa.Text(), nullable=False),
        sa.Column("first_gift_id", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("instalments", Count(), nullable=True),
        sa.Column("subscription", sa.Text(), nullable=True),
        sa.Column("stripe_ends_at", Instant(), nullable=True),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("retry_at", Instant(), nullable=True),
        sa.Column("failed_attempts", Count(), nullable=False),
        sa.Column("looked_at", Instant(), nullable=True),
        sa.CheckConstraint("interval in ('week', 'month', 'quarter', 'year')", name=op.f("ck_recurring_interval")),
        sa.CheckConstraint(
            "state in ('pending', 'active', 'past_due', 'paused', 'ending', 'ended')", name=op.f("ck_recurring_state")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_recurring_amount")),
        sa.CheckConstraint("instalments > 0", name=op.f("ck_recurring_instalments")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_recurring_currency")),
        sa.ForeignKeyConstraint(["first_gift_id"], ["gift.id"], name=op.f("fk_recurring_first_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring")),
        sa.UniqueConstraint("first_gift_id", name=op.f("uq_recurring_first_gift_id")),
        sa.UniqueConstraint("subscription", name=op.f("uq_recurring_subscription")),
        sqlite_strict=True,
    )
    op.create_table(
        "recurring_act",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recurring_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "act in ('amount', 'pause', 'resume', 'end_now', 'end_later')", name=op.f("ck_recurring_act_act")
        ),
        sa.ForeignKeyConstraint(["recurring_id"], ["recurring.id"], name=op.f("fk_recurring_act_recurring_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_act")),
        sqlite_strict=True,
    )
    op.create_index("ix_recurring_act_recurring_id", "recurring_act", ["recurring_id"], unique=False)
    op.create_table(
        "recurring_share",
        sa.Column("recurring_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("weight", Count(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_recurring_share_weight")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_recurring_share_campaign_id")),
        sa.ForeignKeyConstraint(["recurring_id"], ["recurring.id"], name=op.f("fk_recurring_share_recurring_id")),
        sa.PrimaryKeyConstraint("recurring_id", "n", name=op.f("pk_recurring_share")),
        sqlite_strict=True,
    )
    op.create_index("ix_recurring_share_campaign_id", "recurring_share", ["campaign_id"], unique=False)
    op.add_column("gift", sa.Column("recurring_id", sa.Text(), nullable=True))
    op.add_column("gift", sa.Column("invoice_id", sa.Text(), nullable=True))
    for name, column, unique in (
        ("ix_gift_recurring_id", "recurring_id", False),
        ("uq_gift_invoice_id", "invoice_id", True),
    ):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "gift", [column], unique=unique, sqlite_where=there, postgresql_where=there)
    _guard()


def _guard() -> None:
    """Facts are written once; what is learned later is filled in once; only what Stripe last said may change."""
    rekey("gift", [["id"], ["session_id"], ["payment"], ["invoice_id"]])
    set_once("gift", ["recurring_id", "invoice_id"], "set_once_recurring")
    append_only("settled_discrepancy", [["charge"]])
    append_only("payment_failure", [["charge"]])
    append_only("dispute_move", [["line_id"]])
    keep_rows("refund", [["id"]])
    frozen("refund", ["id", "payment", "currency", "amount_minor"])
    set_once("refund", ["agreed_at", "undone_at"])
    keep_rows("dispute", [["id"]])
    frozen("dispute", ["id", "payment"])
    keep_rows("payout", [["id"]])
    frozen("payout", ["id", "currency", "amount_minor"])
    set_once("payout", ["arrived_at", "returned_at"])
    _guard_lines()
    keep_rows("recurring", [["id"], ["subscription"], ["first_gift_id"]])
    frozen("recurring", ["id", "currency", "interval", "first_gift_id", "created_at"])
    set_once("recurring", ["subscription"])
    append_only("recurring_share", [["recurring_id", "n"]])
    append_only("invoice", [["id"]])
    append_only("invoice_payment", [["payment"]])
    keep_rows("recurring_act", [["id"]])
    frozen("recurring_act", ["id", "recurring_id", "act", "amount_minor", "who", "asked_at"])
    set_once("recurring_act", ["done_at"])


def _guard_lines() -> None:
    """A line stays as it was read; whose it is may be learned later."""
    keep_rows("balance_line", [["id"]])
    frozen(
        "balance_line",
        [
            "id",
            "category",
            "kind",
            "currency",
            "amount_minor",
            "fee_minor",
            "original_currency",
            "original_minor",
            "marked",
            "subject",
            "payment",
            "created_at",
        ],
    )
    set_once("balance_line", ["payout_id"])
    # What was taken for somebody else's may turn out to be ours; never the other way round.
    fallen = "OLD.ours IS NOT NULL AND (NEW.ours IS NULL OR NEW.ours < OLD.ours)"
    refuse("balance_line_ours_rises", "balance_line", "UPDATE", "balance_line: what is ours stays so", fallen)
