"""The guards: what the books hold is never changed, and a state never falls back."""

from alembic import op

from migrations.guards import (
    append_only,
    frozen,
    keep_rows,
    make_refuse,
    on_sqlite,
    only_rises,
    refuse,
    set_once,
)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward."""
    make_refuse()
    _the_ledger()
    _gifts_and_facts()
    _receipts()
    append_only("installation", [["id"]])
    if not on_sqlite():
        # Compressing each body, or cutting it up into a table of its own, took PostgreSQL longer than all the
        # rest of a delivery together: up to 8 kB it stays in its row as it is.
        op.execute("ALTER TABLE delivery_body ALTER COLUMN body SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE delivery_body SET (toast_tuple_target = 8160)")


def _the_ledger() -> None:
    append_only("entry", [["id"], ["key"], ["reverses"]])
    append_only("account", [["code", "currency"]])
    append_only("currency", [["code"]])
    keep_rows("total")
    if on_sqlite():
        # Foreign keys and CHECKs can be switched off by a pragma; a trigger cannot.
        refuse(
            "entry_sound", "entry", "INSERT",
            "entry: a positive whole amount moves between two accounts of its currency, for a reason",
            "typeof(NEW.amount_minor) <> 'integer' OR NEW.amount_minor NOT BETWEEN 1 AND 999999999999"
            " OR NEW.debit = NEW.credit OR NEW.subject = '' OR NEW.cause = ''"
            " OR length(NEW.key) NOT BETWEEN 3 AND 200"
            " OR (SELECT count(*) FROM account WHERE currency = NEW.currency"
            " AND code IN (NEW.debit, NEW.credit)) <> 2"
            " OR (NEW.reverses IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry WHERE key = NEW.reverses))",
        )  # fmt: skip


def _gifts_and_facts() -> None:
    # What a campaign's gifts were given in is what its target and its books are in.
    frozen("campaign", ["id", "currency"])
    keep_rows("gift", [["id"], ["session_id"], ["payment"]])
    frozen("gift", ["id", "currency", "amount_minor", "created_at", "return_token"])
    set_once("gift", ["received_at", "received_on", "payment"])
    only_rises("gift", "state", ["pending", "processing", "expired", "failed", "received"])
    append_only("allocation", [["gift_id", "n"]])
    keep_rows("delivery", [["id"]])
    frozen("delivery", ["id", "type", "api_version", "digest", "livemode", "created_at", "received_at"])
    set_once("delivery", ["applied_at"])
    refuse("delivery_body_no_update", "delivery_body", "UPDATE", "delivery_body: kept as it came")
    keep_rows("charge", [["id"], ["payment"]])
    frozen("charge", ["id", "payment", "payment_intent", "currency", "amount_minor", "succeeded_at"])
    set_once("charge", ["gift_id"])
    keep_rows("checkout", [["session_id"], ["payment_intent"]])
    frozen("checkout", ["session_id", "gift_id"])
    set_once("checkout", ["payment_intent"])
    append_only("discrepancy", [["charge"]])


def _receipts() -> None:
    append_only("receipt", [["id"], ["gift_id", "edition"]])
    append_only("receipt_pdf", [["receipt_id"]])
    keep_rows("receipt_series", [["year"]])
    refuse("receipt_token_frozen", "receipt_token", "UPDATE", "receipt_token: a link is made, never changed")
    refuse(
        "receipt_series_rises", "receipt_series", "UPDATE", "receipt_series: numbers only go up",
        "NEW.last_number <= OLD.last_number OR NEW.year <> OLD.year",
    )  # fmt: skip
