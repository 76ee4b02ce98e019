"""The whole house: every table of every package."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Flag, Instant, Json, Minor

revision = "0001"
down_revision = None


def upgrade() -> None:  # noqa: PLR0915 - one statement a table, as Alembic wrote them
    """Forward."""
    op.create_table(
        "campaign",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("target_minor", Minor(), nullable=True),
        sa.Column("opens_at", Instant(), nullable=True),
        sa.Column("closes_at", Instant(), nullable=True),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("parent_id", Count(), nullable=True),
        sa.CheckConstraint("id > 0", name=op.f("ck_campaign_numbered_from_one")),
        sa.CheckConstraint("length(slug) between 1 and 60", name=op.f("ck_campaign_slug_length")),
        sa.CheckConstraint("length(title) between 1 and 120", name=op.f("ck_campaign_title_length")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_campaign_opens_before_it_closes")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_campaign_not_its_own_parent")),
        sa.CheckConstraint("target_minor > 0", name=op.f("ck_campaign_target_is_positive")),
        sa.ForeignKeyConstraint(["parent_id"], ["campaign.id"], name=op.f("fk_campaign_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaign_slug")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_campaign_parent_id"), "campaign", ["parent_id"], unique=False)
    op.create_table(
        "currency",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("exponent", Count(), nullable=False),
        sa.CheckConstraint("exponent in (0, 2, 3)", name=op.f("ck_currency_exponent")),
        sa.CheckConstraint("length(code) = 3", name=op.f("ck_currency_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_currency")),
        sqlite_strict=True,
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("livemode", Flag(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("attempts", Count(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.CheckConstraint("livemode in (0, 1)", name=op.f("ck_delivery_livemode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_delivery_unapplied",
        "delivery",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("applied_at IS NULL"),
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "installation",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.CheckConstraint("mode in ('sandbox', 'test', 'live')", name=op.f("ck_installation_mode")),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        sqlite_strict=True,
    )
    op.create_table(
        "job",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("urgent", Flag(), nullable=False),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", Count(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("urgent in (0, 1)", name=op.f("ck_job_urgent")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_job")),
        sqlite_strict=True,
    )
    op.create_index("ix_job_due", "job", ["urgent", "due_at"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("year", Count(), nullable=False),
        sa.Column("number", Count(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("edition", Count(), nullable=False),
        sa.Column("issued_on", BookDate(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("template", Count(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_receipt_edition")),
        sa.CheckConstraint("id = year * 10000000 + number", name=op.f("ck_receipt_id")),
        sa.CheckConstraint("number BETWEEN 1 AND 9999999", name=op.f("ck_receipt_number")),
        sa.CheckConstraint("template >= 1", name=op.f("ck_receipt_template")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("gift_id", "edition", name=op.f("uq_receipt_gift_id_edition")),
        sqlite_strict=True,
    )
    op.create_table(
        "receipt_series",
        sa.Column("year", Count(), autoincrement=False, nullable=False),
        sa.Column("last_number", Count(), nullable=False),
        sa.CheckConstraint("last_number BETWEEN 1 AND 9999999", name=op.f("ck_receipt_series_last_number")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_receipt_series_year")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_receipt_series")),
        sqlite_strict=True,
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("treasurer_id", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_session_token_is_hashed")),
        sa.CheckConstraint("started_at <= seen_at and seen_at < expires_at", name=op.f("ck_session_instants_in_order")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_session_treasurer_id"), "session", ["treasurer_id"], unique=False)
    op.create_table(
        "total",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("book_date", BookDate(), nullable=False),
        sa.Column("debit_minor", Minor(), nullable=False),
        sa.Column("credit_minor", Minor(), nullable=False),
        sa.Column("debits", Count(), nullable=False),
        sa.Column("credits", Count(), nullable=False),
        sa.CheckConstraint("debit_minor >= 0 and credit_minor >= 0", name=op.f("ck_total_sides")),
        sa.PrimaryKeyConstraint("account", "currency", "campaign_id", "book_date", name=op.f("pk_total")),
        sqlite_strict=True,
    )
    op.create_table(
        "treasurer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_treasurer_email_is_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treasurer")),
        sa.UniqueConstraint("email", name=op.f("uq_treasurer_email")),
        sqlite_strict=True,
    )
    op.create_table(
        "uncleared",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance_minor", Minor(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "currency", name=op.f("pk_uncleared")),
        sqlite_strict=True,
    )
    op.create_table(
        "account",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('asset', 'liability', 'income', 'expense', 'equity')", name=op.f("ck_account_kind")
        ),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_account_currency")),
        sa.PrimaryKeyConstraint("code", "currency", name=op.f("pk_account")),
        sqlite_strict=True,
    )
    op.create_table(
        "delivery_body",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_body_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery_body")),
        sqlite_strict=True,
    )
    op.create_table(
        "gift",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("donor_name", sa.Text(), nullable=False),
        sa.Column("donor_email", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("received_on", BookDate(), nullable=True),
        sa.Column("attempts", Count(), nullable=False),
        sa.Column("attempted_at", Instant(), nullable=False),
        sa.Column("return_token", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'processing', 'expired', 'failed', 'received')", name=op.f("ck_gift_state")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_amount")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_gift_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
        sa.UniqueConstraint("payment", name=op.f("uq_gift_payment")),
        sa.UniqueConstraint("session_id", name=op.f("uq_gift_session_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_gift_return_token", "gift", ["return_token"], unique=False)
    op.create_table(
        "receipt_pdf",
        sa.Column("receipt_id", Count(), autoincrement=False, nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_receipt_pdf_sha256")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_pdf_receipt_id")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt_pdf")),
        sqlite_strict=True,
    )
    op.create_table(
        "receipt_token",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("receipt_id", Count(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_receipt_token_token_hash")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_token_receipt_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_receipt_token")),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("treasurer_id", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_sign_in_link_token_hash_is_a_sha256")),
        sa.ForeignKeyConstraint(["treasurer_id"], ["treasurer.id"], name=op.f("fk_sign_in_link_treasurer_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
        sqlite_strict=True,
    )
    op.create_table(
        "allocation",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_allocation_amount")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_allocation_campaign_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_allocation_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", "n", name=op.f("pk_allocation")),
        sqlite_strict=True,
    )
    op.create_index("ix_allocation_campaign_id", "allocation", ["campaign_id"], unique=False)
    op.create_table(
        "charge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("payment_intent", sa.Text(), nullable=True),
        sa.Column("gift_hint", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("succeeded_at", Instant(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_charge_amount")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_charge_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint("payment", name=op.f("uq_charge_payment")),
        sqlite_strict=True,
    )
    op.create_table(
        "checkout",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("payment_intent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_checkout_gift_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_checkout")),
        sa.UniqueConstraint("payment_intent", name=op.f("uq_checkout_payment_intent")),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=True),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("book_date", BookDate(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reverses", sa.Text(), nullable=True),
        sa.CheckConstraint("cause <> ''", name=op.f("ck_entry_cause")),
        sa.CheckConstraint("subject <> ''", name=op.f("ck_entry_subject")),
        sa.CheckConstraint("amount_minor > 0 and amount_minor < 1000000000000", name=op.f("ck_entry_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_entry_two_accounts")),
        sa.CheckConstraint("length(key) between 3 and 200", name=op.f("ck_entry_key")),
        sa.ForeignKeyConstraint(["credit", "currency"], ["account.code", "account.currency"], name="fk_entry_credit"),
        sa.ForeignKeyConstraint(["debit", "currency"], ["account.code", "account.currency"], name="fk_entry_debit"),
        sa.ForeignKeyConstraint(["reverses"], ["entry.key"], name="fk_entry_reverses"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_entry_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_entry_gift_id", "entry", ["gift_id"], unique=False)
    op.create_index("ix_entry_subject", "entry", ["subject"], unique=False)
    op.create_index(
        "uq_entry_reverses",
        "entry",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_table(
        "discrepancy",
        sa.Column("charge", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("asked_minor", Minor(), nullable=False),
        sa.Column("asked_currency", sa.Text(), nullable=False),
        sa.Column("charged_minor", Minor(), nullable=False),
        sa.Column("charged_currency", sa.Text(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("why in ('amount', 'currency', 'second_payment')", name=op.f("ck_discrepancy_why")),
        sa.ForeignKeyConstraint(["charge"], ["charge.id"], name=op.f("fk_discrepancy_charge")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_discrepancy_gift_id")),
        sa.PrimaryKeyConstraint("charge", name=op.f("pk_discrepancy")),
        sqlite_strict=True,
    )
