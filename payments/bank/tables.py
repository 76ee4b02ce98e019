"""Lines of bank statements, the imports that they came with, and what each line is in our books."""

import sqlalchemy as sa

from database.columns import BookDate, Code, Count, Flag, Instant, Minor
from database.tables import one_of, table
from payments.bank.line import MatchKind, StatementFormat

# A statement that was read: all of its new lines, or none. Undone, its lines are struck and stay.
bank_import = table(
    "bank_import",
    sa.Column("id", Code, primary_key=True),
    sa.Column("account", Code, nullable=False),
    sa.Column("format", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Column("undone_at", Instant),
    sa.Column("undone_by", Code),
    one_of("format", StatementFormat),
    sa.CheckConstraint("length(account) between 1 and 60", name="account"),
    sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name="undone"),
)

# A line of a statement; money that left the account is negative. `key` says which line of the bank it is
# (`payments.bank.line.line_keys`), as long as it is not struck: the same line is kept once.
bank_line = table(
    "bank_line",
    sa.Column("id", Code, primary_key=True),
    sa.Column("import_id", Code, sa.ForeignKey("bank_import.id"), nullable=False),
    sa.Column("n", Count, nullable=False),
    sa.Column("day", BookDate, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("description", Code, nullable=False),
    sa.Column("reference", Code, nullable=False),
    sa.Column("file_id", Code),
    sa.Column("key", Code, unique=True),
    sa.Column("struck_at", Instant),
    sa.CheckConstraint("amount_minor <> 0", name="amount"),
    sa.CheckConstraint("(struck_at is null) = (key is not null)", name="struck"),
    sa.Index("ix_bank_line_import_id", "import_id", "n"),
    sa.Index("ix_bank_line_day", "day"),
)

# What a line is: a payout, an offline gift, cash that was banked, or no gift, with a word that says what it is.
# `entered`: the match entered its gift, which is taken back with it. While it holds, its line and what it is matched
# to have no other.
bank_match = table(
    "bank_match",
    sa.Column("id", Code, primary_key=True),
    sa.Column("line_id", Code, sa.ForeignKey("bank_line.id"), nullable=False),
    sa.Column("kind", Code, nullable=False),
    sa.Column("payout_id", Code, sa.ForeignKey("payout.id")),
    sa.Column("gift_id", Code, sa.ForeignKey("offline_gift.gift_id")),
    sa.Column("deposit_id", Code),
    sa.Column("why", Code, nullable=False),
    sa.Column("entered", Flag, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("matched_at", Instant, nullable=False),
    sa.Column("undone_at", Instant),
    sa.Column("undone_by", Code),
    sa.Column("holds_line", Code, unique=True),
    sa.Column("holds_target", Code, unique=True),
    one_of("kind", MatchKind),
    sa.CheckConstraint("(kind = 'payout') = (payout_id is not null)", name="is_payout"),
    sa.CheckConstraint("(kind = 'gift') = (gift_id is not null)", name="is_gift"),
    sa.CheckConstraint("(kind = 'deposit') = (deposit_id is not null)", name="is_deposit"),
    sa.CheckConstraint("(kind = 'not_gift') = (why <> '')", name="why"),
    sa.CheckConstraint("entered = 0 or kind = 'gift'", name="entered_gift"),
    sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name="undone"),
    sa.CheckConstraint("(undone_at is null) = (holds_line is not null)", name="holds"),
    sa.CheckConstraint("holds_line is null or holds_line = line_id", name="holds_line"),
    sa.CheckConstraint("(undone_at is null and kind <> 'not_gift') = (holds_target is not null)", name="target"),
    sa.CheckConstraint(
        "holds_target is null or holds_target = coalesce(payout_id, gift_id, deposit_id)", name="holds_target"
    ),
    sa.Index("ix_bank_match_line_id", "line_id"),
    sa.Index("ix_bank_match_payout_id", "payout_id"),
    sa.Index("ix_bank_match_gift_id", "gift_id"),
)
