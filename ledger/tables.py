"""The tables of the books. The triggers that keep them append-only are made by `migrations/`."""

import sqlalchemy as sa

from database.columns import BookDate, Bytes, Code, Count, Instant, Minor
from database.tables import one_of, table
from ledger.giving_kind import GivingKind

currency = table(
    "currency",
    sa.Column("code", Code, primary_key=True),
    sa.Column("exponent", Count, nullable=False),
    sa.CheckConstraint("length(code) = 3", name="code"),
    sa.CheckConstraint("exponent in (0, 2, 3)", name="exponent"),
)

account = table(
    "account",
    sa.Column("code", Code, primary_key=True),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), primary_key=True),
    sa.Column("kind", Code, nullable=False),
    one_of("kind", ("asset", "liability", "income", "expense", "equity")),
)

# Both sides are accounts of the entry's own currency: currencies cannot mix.
_ACCOUNT = ["account.code", "account.currency"]

entry = table(
    "entry",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("key", Code, nullable=False),
    sa.Column("kind", Code, nullable=False),
    sa.Column("debit", Code, nullable=False),
    sa.Column("credit", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("subject", Code, nullable=False),
    sa.Column("campaign_id", Count, nullable=False),
    sa.Column("gift_id", Code),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("book_date", BookDate, nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    sa.Column("cause", Code, nullable=False),
    sa.Column("reverses", Code),
    sa.CheckConstraint("amount_minor > 0 and amount_minor < 1000000000000", name="amount"),
    sa.CheckConstraint("debit <> credit", name="two_accounts"),
    sa.UniqueConstraint("key"),
    sa.ForeignKeyConstraint(["debit", "currency"], ["account.code", "account.currency"], name="fk_entry_debit"),
    sa.ForeignKeyConstraint(["credit", "currency"], ["account.code", "account.currency"], name="fk_entry_credit"),
    sa.ForeignKeyConstraint(["reverses"], ["entry.key"], name="fk_entry_reverses"),
    sa.Index("ix_entry_subject", "subject"),
    sa.Index("ix_entry_gift_id", "gift_id"),
    sa.Index("ix_entry_book_date", "book_date", "id"),
    sa.Index("ix_entry_campaign_id", "campaign_id", "book_date", "id"),
    sa.CheckConstraint("length(key) between 3 and 200", name="key"),
    sa.CheckConstraint("subject <> ''", name="subject"),
    sa.CheckConstraint("cause <> ''", name="cause"),
)
# A partial index: an entry that reverses nothing is not in it.
sa.Index(
    "uq_entry_reverses",
    entry.c.reverses,
    unique=True,
    sqlite_where=entry.c.reverses.is_not(None),
    postgresql_where=entry.c.reverses.is_not(None),
)

# Money that was given back, which is little: for what is left of the gifts of some days.
GIVEN_BACK = sa.text("kind IN ('refund', 'refund_failed', 'dispute', 'payment_failed', 'repaid')")
# What was given back is moved with its gift to another campaign. An index answers a question that names its condition.
BACK_OR_MOVED = sa.text("kind IN ('refund', 'refund_failed', 'dispute', 'payment_failed', 'repaid', 'move')")
sa.Index("ix_entry_given_back", entry.c.campaign_id, sqlite_where=BACK_OR_MOVED, postgresql_where=BACK_OR_MOVED)
# The same by gift, with all that is added up: few gifts have such an entry, and each has several others.
_of_gift = [entry.c[_name] for _name in "gift_id currency debit credit amount_minor campaign_id kind".split()]
sa.Index("ix_entry_given_back_of_gift", *_of_gift, sqlite_where=BACK_OR_MOVED, postgresql_where=BACK_OR_MOVED)

# Fees that stand whole, without a campaign: of payments that are not ours, and of versions before decision 0028.
WHOLE_FEE = sa.text("kind = 'fee' AND campaign_id = 0")
sa.Index("ix_entry_whole_fee", entry.c.id, sqlite_where=WHOLE_FEE, postgresql_where=WHOLE_FEE)

# Money that reached the bank, or left it again: a row a payout, for a month's report.
AT_THE_BANK = sa.text("kind IN ('paid', 'unpaid')")
sa.Index("ix_entry_at_the_bank", entry.c.book_date, sqlite_where=AT_THE_BANK, postgresql_where=AT_THE_BANK)

# Accounts that few entries touch: a payout a day, a refund now and then. Every gift touches the four others.
_FEW = (
    "('adjustments', 'bank', 'cash', 'dispute_fees', 'dispute_losses', 'fx', 'in_transit', 'moved', 'opening', 'other',"
    " 'refunds', 'shares', 'suspense')"
)
FEW_DEBITS, FEW_CREDITS = sa.text(f"debit IN {_FEW}"), sa.text(f"credit IN {_FEW}")
for _side, _where in ((entry.c.debit, FEW_DEBITS), (entry.c.credit, FEW_CREDITS)):
    _columns = (_side, entry.c.book_date, entry.c.id)
    sa.Index(f"ix_entry_few_{_side.name}s", *_columns, sqlite_where=_where, postgresql_where=_where)

# Cash and cheques that were banked: for the lines of the bank that they may be.
DEPOSITS = sa.text("kind = 'deposit'")
sa.Index("ix_entry_deposits", entry.c.amount_minor, sqlite_where=DEPOSITS, postgresql_where=DEPOSITS)

# Written in the transaction that posts; the audit compares it with the entries.
total = table(
    "total",
    sa.Column("account", Code, primary_key=True),
    sa.Column("currency", Code, primary_key=True),
    sa.Column("campaign_id", Count, primary_key=True),
    sa.Column("book_date", BookDate, primary_key=True),
    sa.Column("debit_minor", Minor, nullable=False),
    sa.Column("credit_minor", Minor, nullable=False),
    sa.Column("debits", Count, nullable=False),
    sa.Column("credits", Count, nullable=False),
    sa.CheckConstraint("debit_minor >= 0 and credit_minor >= 0", name="sides"),
    sa.Index("ix_total_book_date", "book_date"),
)

# The same by month (such as 2026-11), so that the sum of many years is a few rows (docs/decisions/0036).
month_total = table(
    "month_total",
    sa.Column("account", Code, primary_key=True),
    sa.Column("currency", Code, primary_key=True),
    sa.Column("campaign_id", Count, primary_key=True),
    sa.Column("month", Code, primary_key=True),
    sa.Column("debit_minor", Minor, nullable=False),
    sa.Column("credit_minor", Minor, nullable=False),
    sa.Column("debits", Count, nullable=False),
    sa.Column("credits", Count, nullable=False),
    sa.CheckConstraint("debit_minor >= 0 and credit_minor >= 0", name="sides"),
    sa.CheckConstraint("length(month) = 7", name="month"),
)

# Clearing by subject. A row is deleted when its balance comes to zero.
uncleared = table(
    "uncleared",
    sa.Column("subject", Code, primary_key=True),
    sa.Column("currency", Code, primary_key=True),
    sa.Column("balance_minor", Minor, nullable=False),
    sa.Column("since", Instant, nullable=False),
)

# A month was closed, or opened again. The newest row says from which day on entries may be booked.
period_step = table(
    "period_step",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("act", Code, nullable=False),
    sa.Column("month", BookDate, nullable=False),
    sa.Column("open_from", BookDate, nullable=False),
    sa.Column("report", Code, nullable=False),
    sa.Column("digest", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("stepped_at", Instant, nullable=False),
    one_of("act", ("close", "reopen")),
    sa.CheckConstraint("(act = 'close') = (open_from > month)", name="open_from"),
    sa.CheckConstraint("(act = 'close') = (digest <> '')", name="digest"),
    sa.CheckConstraint("(act = 'close') = (report <> '')", name="report"),
    sa.CheckConstraint("who <> ''", name="who"),
)

# The report of a closed month as it was printed.
period_report = table(
    "period_report",
    sa.Column("step_id", Count, sa.ForeignKey("period_step.id"), primary_key=True, autoincrement=False),
    sa.Column("pdf", Bytes, nullable=False),
    sa.Column("sha256", Code, nullable=False),
    sa.Column("printed_at", Instant, nullable=False),
    sa.CheckConstraint("length(sha256) = 64", name="sha256"),
)

# What another accounting program knows an account by. It may be changed; each change is an act.
account_code = table(
    "account_code",
    sa.Column("program", Code, primary_key=True),
    sa.Column("account", Code, primary_key=True),
    sa.Column("code", Code, nullable=False),
    one_of("program", ("xero", "quickbooks")),
    sa.CheckConstraint("length(code) between 1 and 159", name="code"),
)

# An entry whose own day was in a closed month when it came.
late_entry = table(
    "late_entry",
    sa.Column("entry_id", Count, primary_key=True, autoincrement=False),
    sa.Column("own_day", BookDate, nullable=False),
    sa.ForeignKeyConstraint(["entry_id"], ["entry.id"]),
    sa.Index("ix_late_entry_own_day", "own_day", "entry_id"),
)

# What was received in a month (such as 2026-11, by book date), by kind, and by the code of the link that led to it:
# whole gifts, as they were asked for, and nothing of what went back. Written in the transaction that receives.
giving_total = table(
    "giving_total",
    sa.Column("month", Code, primary_key=True),
    sa.Column("kind", Code, primary_key=True),
    sa.Column("currency", Code, primary_key=True),
    sa.Column("source", Code, primary_key=True),
    sa.Column("gifts", Count, nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    one_of("kind", GivingKind),
    sa.CheckConstraint("length(month) = 7", name="month"),
    sa.CheckConstraint("gifts > 0 and amount_minor > 0", name="sums"),
)
