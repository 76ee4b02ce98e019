"""The guards of the house: what would let something in without each of them, and which tests must notice.

`tests/sabotage.py` takes them out one by one, in a copy. A cut names the words to take out and what to put in
their place; the words must be there exactly once.
"""

from tests.backup_guards import BACKUP_GUARDS
from tests.campaign_guards import CAMPAIGN_GUARDS
from tests.desk_guards import DESK_GUARDS
from tests.group_guards import GROUP_GUARDS
from tests.guard import Cut, Guard
from tests.staff_guards import STAFF_GUARDS

POSTING = "tests/ledger/test_posting.py"
ATTACKS, TRANSACTIONS = "tests/database/test_attacks.py", "tests/database/test_transactions.py"
TWO_PROCESSES, DEAD_LETTERS = "tests/payments/test_two_processes.py", "tests/payments/test_dead_letters.py"
MANY_WEBS = "tests/payments/test_many_webs.py"
SIGNATURE, SECURITY = "tests/payments/test_signature.py", "tests/web/test_security.py"
# What is decided is tried without a database: a hundred random stories take half a second.
STORIES = "tests/payments/books/test_random_stories.py::test_random_stories_end_in_the_models_books[0]"
LOADED = "tests/payments/books/test_load_known.py::test_what_is_loaded_decides_the_same_as_everything[sqlite]"
GUARDS_SQL, FIRST_SQL = "migrations/versions/0002_guards.py", "migrations/versions/0001_the_whole_house.py"

GUARDS: dict[str, Guard] = {
    "unique-key": Guard(
        "two entries could stand for one fact",
        (Cut(FIRST_SQL, '        sa.UniqueConstraint("key", name=op.f("uq_entry_key")),\n'),
         Cut(FIRST_SQL, '        sa.ForeignKeyConstraint(["reverses"], ["entry.key"], name="fk_entry_reverses"),\n')),
        ("tests/database/test_migrating.py::test_the_tables_are_what_the_migrations_make", ATTACKS),
    ),
    "begin-immediate": Guard(
        "on SQLite two writers could begin by reading, and one would lose what it has read",
        (Cut("database/sqlite.py", '"BEGIN IMMEDIATE" if immediate else "BEGIN"', '"BEGIN"'),),
        (TRANSACTIONS, TWO_PROCESSES),
    ),
    "books-lock": Guard(
        "on PostgreSQL two writers of books would each miss the other's half of a join",
        (Cut("database/postgresql.py", "{_LIMITS} pg_advisory_xact_lock({BOOKS_LOCK})\"", "{_LIMITS} true\""),),
        (TRANSACTIONS, TWO_PROCESSES),
    ),
    "books-of-one-web": Guard(
        "two webs would apply at the same time",
        (Cut("database/postgresql.py", "pg_try_advisory_xact_lock({BOOKS_LOCK})", "true"),),
        ("tests/database/test_planner.py", MANY_WEBS),
    ),
    "kept-by-two-webs": Guard(
        "a delivery that another web keeps at this moment would stay waiting though it is in the books",
        (Cut("payments/inbox/store.py", '_NOTE_APPLIED if applied else "DO NOTHING"', '"DO NOTHING"'),),
        (MANY_WEBS,),
    ),
    "look-for-others": Guard(
        "what a web has kept would wait until it sends again, though that web may be gone",
        (Cut("payments/inbox/writer.py", "time.monotonic()) if self._shares_books else None", "time.monotonic()) + 99"),
         ),
        (MANY_WEBS,),
    ),
    "jit": Guard(
        "an older PostgreSQL would compile each of our small questions",
        (Cut("database/postgresql.py", '    "jit": "off",\n'),),
        ("tests/database/test_planner.py",),
    ),
    "signature": Guard(
        "anybody could tell us of gifts",
        (Cut("payments/stripe/signature.py", "if not any(_signed_with(secret, signed, text) for secret in secrets):",
             "if not secrets:"),),
        (SIGNATURE,),
    ),
    "clock-of-the-past": Guard(
        "an old message could be sent again",
        (Cut("payments/stripe/signature.py", "abs(age) > TOLERANCE_SECONDS", "-age > TOLERANCE_SECONDS"),),
        (SIGNATURE,),
    ),
    "clock-of-the-future": Guard(
        "a message from the future would be taken, and could be kept for later",
        (Cut("payments/stripe/signature.py", "abs(age) > TOLERANCE_SECONDS", "age > TOLERANCE_SECONDS"),),
        (SIGNATURE,),
    ),
    "livemode": Guard(
        "test money would be booked among live money",
        (Cut("payments/inbox/writer.py", "if delivery.livemode is not self._livemode:", "if False:"),),
        ("tests/payments/test_webhook.py",),
    ),
    "mode-of-the-database": Guard(
        "a sandbox could open the books of live money",
        (Cut("database/migrating.py", "    if stamped != mode:\n", "    if False:\n"),),
        ("tests/database/test_migrating.py",),
    ),
    "state-only-rises": Guard(
        "a received gift could become pending again",
        (Cut(GUARDS_SQL,
             '    only_rises("gift", "state", ["pending", "processing", "expired", "failed", "received"])\n'),),
        ("tests/database/test_guards.py", ATTACKS),
    ),
    "append-only": Guard(
        "an entry could be changed or removed",
        (Cut(GUARDS_SQL, '    append_only("entry", [["id"], ["key"], ["reverses"]])\n'),),
        ("tests/database/test_guards.py", ATTACKS),
    ),
    "no-replace": Guard(
        "SQLite's INSERT OR REPLACE could put another row in the place of one that is kept",
        (Cut("migrations/guards.py", '    refuse(name, table, act, f"{table}: this row is there already", taken)\n',
             "    refuse(name, table, act, 'never', '1 = 0')\n"),),
        (ATTACKS,),
    ),
    "series-rises": Guard(
        "a receipt number could be given twice",
        (Cut(GUARDS_SQL, '"NEW.last_number <= OLD.last_number OR NEW.year <> OLD.year"', '"NEW.year <> OLD.year"'),),
        (ATTACKS,),
    ),
    "receipt-numbers": Guard(
        "receipt numbers would have gaps, or be taken twice",
        (Cut("receipts/store.py", ".values(last_number=tables.receipt_series.c.last_number + sa.bindparam(\"count\"))",
             ".values(last_number=tables.receipt_series.c.last_number + sa.bindparam(\"count\") + 1)"),),
        ("tests/receipts/test_store.py",),
    ),
    "conflicting-entry": Guard(
        "the same key with another amount would be skipped in silence",
        (Cut("ledger/store.py", "        if by_key.pop(key).fact() != tuple(fact):\n",
             "        if by_key.pop(key).fact() == ():\n"),),
        (POSTING,),
    ),
    "conflicting-fact": Guard(
        "the same charge with another amount would be skipped in silence",
        (Cut("payments/books/decide/notice.py", "    if reported != known:\n", "    if reported == ():\n"),),
        (DEAD_LETTERS, "tests/payments/test_money_facts.py"),
    ),
    "entry-posted-once": Guard(
        "a fact that is told twice would be posted twice",
        (Cut("ledger/store.py", "        if by_key.pop(key).fact() != tuple(fact):\n",
             "        if by_key[key].fact() != tuple(fact):\n"),),
        (POSTING,),
    ),
    "accounts-of-the-kind": Guard(
        "an entry could move money between accounts that its kind has nothing to do with",
        (Cut("ledger/entry.py", "        if (self.debit, self.credit) not in pairs.get(self.kind, ()):\n",
             "        if False:\n"),),
        ("tests/ledger/test_kinds.py", "tests/ledger/test_entry.py"),
    ),
    "organisation-kept": Guard(
        "what an organisation said of itself could be rewritten",
        (Cut("migrations/versions/0006_organisation.py", '    append_only("organisation_version", [["id"]])\n'),),
        ("tests/database/test_guards.py", ATTACKS),
    ),
    "organisation-now": Guard(
        "a writer that has run since yesterday would issue receipts in yesterday's name",
        (Cut("payments/books/load.py", "issuer=issuer.profile if issuer else None,", "issuer=None,"),),
        ("tests/organisation/test_books.py",),
    ),
    "applied-mark": Guard(
        "a delivery that was kept and not applied would never be applied",
        (Cut("payments/inbox/keep.py", "applied.items() if not is_applied)", "applied.items() if False)"),),
        (DEAD_LETTERS,),
    ),
    "savepoint": Guard(
        "one poisoned delivery would cost the others their place",
        (Cut("payments/inbox/keep.py", "        with apart(conn):\n", "        if True:\n"),),
        (DEAD_LETTERS,),
    ),
    "longest-hold": Guard(
        "a process that stands still with the books in its hands would stop everybody for ever",
        (Cut("database/postgresql.py", "set_config('transaction_timeout', '{LONGEST_HOLD}', true) END", "'' END"),),
        (TRANSACTIONS,),
    ),
    "waiting-charges": Guard(
        "a charge that came before its session would never find its gift",
        (Cut("payments/books/decide/charges.py",
             "        if booked.gift is None and booked.fact.payment in newly_linked",
             "        if booked.gift == '' and booked.fact.payment in newly_linked"),),
        (STORIES,),
    ),
    "waiting-facts": Guard(
        "a refund that came before its gift would never be posted",
        (Cut("payments/books/decide/withdrawals.py", "    withdrawals = new + _bookable_now(known, links.charges)\n",
             "    withdrawals = new\n"),),
        (STORIES,),
    ),
    "failure-of-its-own-charge": Guard(
        "a debit that was collected again would be taken off once more by the failure of the first charge",
        (Cut("payments/books/decide/withdrawals.py",
             "return withdrawal.charge if isinstance(withdrawal, PaymentFailed) else withdrawal.payment",
             "return withdrawal.payment"),),
        (STORIES,),
    ),
    "loaded-by-payment": Guard(
        "a refund would be decided without the charge that it is taken from",
        (Cut("payments/books/load.py", '    RefundAgreed: ("refund", "payment"),\n',
             '    RefundAgreed: ("refund",),\n'),),
        (LOADED,),
    ),
    "key-by-charge": Guard(
        "of two charges of one payment the second would be skipped, because the first has its key",
        (Cut("payments/books/decide/entries.py", "EntryKind.GIFT.key(received.source,",
             "EntryKind.GIFT.key(received.subject,"),),
        (STORIES,),
    ),
    "one-gift-a-payment": Guard(
        "one payment could receive two gifts",
        (Cut(FIRST_SQL, '        sa.UniqueConstraint("payment", name=op.f("uq_gift_payment")),\n'),),
        ("tests/database/test_migrating.py::test_the_tables_are_what_the_migrations_make", ATTACKS),
    ),
    "overlap": Guard(
        "a line that appears late, with an earlier instant, would never be read",
        (Cut("payments/settlement/list_reader.py", "OVERLAP = timedelta(hours=2)", "OVERLAP = timedelta(0)"),),
        ("tests/payments/settlement/test_checkpoints.py",),
    ),
    "idempotency-key": Guard(
        "a form that is sent twice, or an answer that is lost, would open two sessions",
        (Cut("payments/stripe/gateway.py", 'create(params, {"idempotency_key": key})', "create(params)"),),
        ("tests/payments/test_idempotency_key.py",),
    ),
    "hosts": Guard(
        "a page could be served under a stranger's name",
        (Cut("web/security.py", "        if called is None or called[0] not in self.allowed:\n",
             "        if called is None:\n"),),
        (SECURITY,),
    ),
    "own-forms-only": Guard(
        "another site could send our forms",
        (Cut("web/security.py", "and scope[\"method\"] not in SAFE_METHODS and not self._is_ours(scope):",
             "and scope[\"method\"] not in SAFE_METHODS and False:"),),
        (SECURITY,),
    ),
    "durable": Guard(
        "a power cut could take what was acknowledged",
        (Cut("database/sqlite.py", '"synchronous": 2 if durable else 0', '"synchronous": 0'),),
        ("tests/database/test_engine.py",),
    ),
    "foreign-money": Guard(
        "a shop's money on the same account would be counted as settled gifts",
        (Cut("payments/books/decide/lines.py", "        return bill.ours if bill else False\n",
             "        return True\n"),),
        (STORIES,),
    ),
    **BACKUP_GUARDS,
    **CAMPAIGN_GUARDS,
    **GROUP_GUARDS,
    **DESK_GUARDS,
    **STAFF_GUARDS,
}  # fmt: skip
