# ruff: noqa: S608 (our own names)
"""Lines of bank statements, and what each of them is: at most one thing, of the very same amount."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Flag, Instant, Minor
from migrations.guards import frozen, keep_rows, on_sqlite, refuse, refuse_rows, set_once

revision = "0044"
down_revision = "0043"

WRITTEN_LINE = ["id", "import_id", "n", "day", "currency", "amount_minor", "file_id"]
WRITTEN_MATCH = "id line_id kind payout_id gift_id deposit_id why entered who matched_at".split()
_SAME = "{0}.amount_minor = line.amount_minor AND {0}.currency = line.currency"
UNEQUAL = (
    "NOT EXISTS (SELECT 1 FROM bank_line AS line WHERE line.id = NEW.line_id AND line.key IS NOT NULL"
    f" AND (NEW.payout_id IS NULL OR EXISTS (SELECT 1 FROM payout WHERE payout.id = NEW.payout_id"
    f" AND {_SAME.format('payout')}))"
    " AND (NEW.gift_id IS NULL OR EXISTS (SELECT 1 FROM gift JOIN offline_gift ON offline_gift.gift_id = gift.id"
    f" WHERE gift.id = NEW.gift_id AND offline_gift.means IN ('bank_transfer', 'standing_order')"
    f" AND {_SAME.format('gift')}))"
    " AND (NEW.deposit_id IS NULL OR EXISTS (SELECT 1 FROM entry WHERE entry.key = 'deposit:' || NEW.deposit_id"
    f" AND {_SAME.format('entry')})))"
)


def upgrade() -> None:
    """Forward."""
    _make_lines()
    _make_matches()
    deposits = sa.text("kind = 'deposit'")
    op.create_index("ix_entry_deposits", "entry", ["amount_minor"], sqlite_where=deposits, postgresql_where=deposits)


def _make_lines() -> None:
    op.create_table(
        "bank_import",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.CheckConstraint("format in ('csv', 'ofx', 'camt')", name=op.f("ck_bank_import_format")),
        sa.CheckConstraint("length(account) between 1 and 60", name=op.f("ck_bank_import_account")),
        sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name=op.f("ck_bank_import_undone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_import")),
        sqlite_strict=True,
    )
    keep_rows("bank_import", [["id"]])
    frozen("bank_import", ["id", "account", "format", "who", "imported_at"])
    set_once("bank_import", ["undone_at", "undone_by"])
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), nullable=False),
        sa.Column("day", BookDate(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("struck_at", Instant(), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bank_line_amount")),
        sa.CheckConstraint("(struck_at is null) = (key is not null)", name=op.f("ck_bank_line_struck")),
        sa.ForeignKeyConstraint(["import_id"], ["bank_import.id"], name=op.f("fk_bank_line_import_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_bank_line_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("key", name=op.f("uq_bank_line_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_bank_line_import_id", "bank_line", ["import_id", "n"], unique=False)
    op.create_index("ix_bank_line_day", "bank_line", ["day"], unique=False)
    keep_rows("bank_line", [["id"], ["key"]])
    frozen("bank_line", WRITTEN_LINE)
    set_once("bank_line", ["struck_at"])
    other = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    refuse(
        "bank_line_text_goes", "bank_line", "UPDATE", "bank_line: its text only goes",
        "(NEW.description <> OLD.description AND NEW.description <> 'removed')"
        " OR (NEW.reference <> OLD.reference AND NEW.reference <> 'removed')",
    )  # fmt: skip
    refuse(
        "bank_line_key_goes", "bank_line", "UPDATE", "bank_line: its key only goes",
        f"NEW.key {other} OLD.key AND NEW.key IS NOT NULL",
    )  # fmt: skip


def _make_matches() -> None:
    op.create_table(
        "bank_match",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payout_id", sa.Text(), nullable=True),
        sa.Column("gift_id", sa.Text(), nullable=True),
        sa.Column("deposit_id", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("entered", Flag(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("matched_at", Instant(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("holds_line", sa.Text(), nullable=True),
        sa.Column("holds_target", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('payout', 'gift', 'deposit', 'not_gift')", name=op.f("ck_bank_match_kind")),
        sa.CheckConstraint("(kind = 'payout') = (payout_id is not null)", name=op.f("ck_bank_match_is_payout")),
        sa.CheckConstraint("(kind = 'gift') = (gift_id is not null)", name=op.f("ck_bank_match_is_gift")),
        sa.CheckConstraint("(kind = 'deposit') = (deposit_id is not null)", name=op.f("ck_bank_match_is_deposit")),
        sa.CheckConstraint("(kind = 'not_gift') = (why <> '')", name=op.f("ck_bank_match_why")),
        sa.CheckConstraint("entered = 0 or kind = 'gift'", name=op.f("ck_bank_match_entered_gift")),
        sa.CheckConstraint("entered in (0, 1)", name=op.f("ck_bank_match_entered")),
        sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name=op.f("ck_bank_match_undone")),
        sa.CheckConstraint("(undone_at is null) = (holds_line is not null)", name=op.f("ck_bank_match_holds")),
        sa.CheckConstraint("holds_line is null or holds_line = line_id", name=op.f("ck_bank_match_holds_line")),
        sa.CheckConstraint(
            "(undone_at is null and kind <> 'not_gift') = (holds_target is not null)", name=op.f("ck_bank_match_target")
        ),
        sa.CheckConstraint(
            "holds_target is null or holds_target = coalesce(payout_id, gift_id, deposit_id)",
            name=op.f("ck_bank_match_holds_target"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_match_line_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_bank_match_payout_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["offline_gift.gift_id"], name=op.f("fk_bank_match_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
        sa.UniqueConstraint("holds_line", name=op.f("uq_bank_match_holds_line")),
        sa.UniqueConstraint("holds_target", name=op.f("uq_bank_match_holds_target")),
        sqlite_strict=True,
    )
    for column in ("line_id", "payout_id", "gift_id"):
        op.create_index(f"ix_bank_match_{column}", "bank_match", [column], unique=False)
    keep_rows("bank_match", [["id"], ["holds_line"], ["holds_target"]])
    frozen("bank_match", WRITTEN_MATCH)
    set_once("bank_match", ["undone_at", "undone_by"])
    refuse_rows("bank_match_equal", "bank_match", "bank_match: the line is struck, or of another amount", UNEQUAL)
