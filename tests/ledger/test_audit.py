"""The audit finds what somebody changed by hand, and names it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from ledger.accounts import Account
from ledger.audit import audit
from ledger.entry import Entry
from ledger.finding import PATIENCE, Finding, Status
from ledger.kinds import EntryKind
from ledger.money import EUR, GBP, Money
from ledger.store import post
from tests.ledger.samples import NOON, entry

SETTLED = {"debit": Account.STRIPE, "credit": Account.CLEARING, "campaign": 0, "kind": EntryKind.SETTLE}
CASH = {"kind": EntryKind.OFFLINE, "debit": Account.CASH, "subject": "a"}
BOOKS = [
    entry("gift:pi_1:1", gift="gift-1"),
    entry("gift:pi_2:1", subject="pi_2", amount=Money(700, EUR), campaign=2),
    entry("offline:a:1", **CASH),
    entry("settle:txn_2", **SETTLED, subject="pi_2", amount=Money(700, EUR)),
    entry("undo:a:1", **CASH | {"debit": Account.GIFTS, "credit": Account.CASH, "reverses": "offline:a:1"}),
]
CHECKS = [
    "numbers", "causes", "amounts", "accounts", "reversals", "totals", "balanced", "clearing", "old clearing",
    "money verified", "suspense",
]  # fmt: skip


@pytest.fixture
def unguarded(conn: Connection) -> Iterator[Connection]:
    """Books with a few entries and no guard left, as for somebody who knows how."""
    post(conn, BOOKS, NOON)
    if conn.dialect.name == "sqlite":
        for name in conn.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").scalars().all():
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        conn.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        conn.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        yield conn
        conn.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")
        return
    for constraint in ("ck_entry_amount", "ck_entry_two_accounts", "ck_entry_cause", "fk_entry_debit"):
        conn.exec_driver_sql(f"ALTER TABLE entry DROP CONSTRAINT {constraint}")
    for table in ("entry", "total", "month_total"):
        conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    yield conn


@pytest.mark.parametrize(
    ("act", "wrong"),
    [
        ("UPDATE entry SET amount_minor = 2501 WHERE id = 1", {"totals", "clearing"}),
        ("UPDATE entry SET campaign_id = 9 WHERE id = 1", {"totals"}),
        ("UPDATE entry SET book_date = '2026-11-20' WHERE id = 1", {"totals"}),
        ("UPDATE entry SET subject = 'pi_9' WHERE id = 1", {"clearing"}),
        ("UPDATE entry SET debit = 'bank' WHERE id = 3", {"totals", "reversals"}),
        ("UPDATE entry SET debit = 'slush' WHERE id = 1", {"totals", "clearing", "accounts"}),
        ("UPDATE entry SET debit = 'cash', credit = 'gifts' WHERE id = 5", {"totals", "reversals"}),
        ("UPDATE entry SET debit = credit WHERE id = 1", {"totals", "clearing", "amounts"}),
        ("UPDATE entry SET amount_minor = -2500 WHERE id = 1", {"totals", "clearing", "amounts"}),
        ("UPDATE entry SET amount_minor = 1000000000000 WHERE id = 1", {"totals", "clearing", "amounts"}),
        ("UPDATE entry SET cause = ' ' WHERE id = 2", {"causes"}),
        ("UPDATE entry SET id = 77 WHERE id = 5", {"numbers"}),
        ("UPDATE entry SET id = 0 WHERE id = 1", {"numbers"}),
        ("UPDATE entry SET id = id + 10", {"numbers"}),
        ("UPDATE entry SET campaign_id = 9 WHERE id = 5", {"totals", "reversals"}),
        ("UPDATE entry SET reverses = 'gift:pi_1:1' WHERE id = 5", {"reversals"}),
        ("DELETE FROM entry WHERE id = 2", {"numbers", "totals", "clearing"}),
        ("DELETE FROM entry WHERE id = 5", {"totals"}),
        ("DELETE FROM entry", {"totals", "clearing"}),
        ("UPDATE total SET credit_minor = credit_minor + 1 WHERE account = 'cash'", {"totals", "balanced"}),
        ("UPDATE total SET debits = debits + 1 WHERE account = 'cash'", {"totals"}),
        ("UPDATE total SET campaign_id = 7 WHERE campaign_id = 2 AND account = 'gifts'", {"totals"}),
        ("DELETE FROM total WHERE account = 'clearing' AND currency = 'GBP'", {"totals", "balanced"}),
        ("DELETE FROM total", {"totals"}),
        ("UPDATE month_total SET credit_minor = credit_minor + 1 WHERE account = 'cash'", {"totals"}),
        ("UPDATE month_total SET debits = debits + 1 WHERE account = 'cash'", {"totals"}),
        ("UPDATE month_total SET month = '2026-10'", {"totals"}),
        ("DELETE FROM month_total", {"totals"}),
        ("UPDATE uncleared SET balance_minor = 1", {"clearing"}),
        ("UPDATE uncleared SET currency = 'EUR'", {"clearing"}),
        ("UPDATE uncleared SET balance_minor = 0", {"clearing"}),
        ("DELETE FROM uncleared", {"clearing"}),
        (
            "INSERT INTO uncleared (subject, currency, balance_minor, since)"
            " SELECT 'pi_2', 'EUR', 0, since FROM uncleared",
            {"clearing"},
        ),
    ],
)
def test_what_was_changed_by_hand_fails_by_name(unguarded: Connection, act: str, wrong: set[str]) -> None:
    """These checks fail, and no others, and each says what to do."""
    assert _failed(unguarded) == set()

    unguarded.exec_driver_sql(act)

    assert _failed(unguarded) == wrong
    assert all(finding.advice for finding in audit(unguarded) if finding.has_failed)


def test_a_currency_that_nobody_knows_does_not_stop_the_audit(unguarded: Connection) -> None:
    """Broken books are the ones that must be read."""
    unguarded.exec_driver_sql("UPDATE total SET currency = 'XTS' WHERE campaign_id = 1")
    unguarded.exec_driver_sql("UPDATE uncleared SET currency = 'XTS'")

    assert _failed(unguarded) == {"totals", "clearing"}


def test_sound_books_pass(conn: Connection) -> None:
    """Every check, in one order, without advice; what has not settled yet is unchecked, not passed."""
    post(conn, BOOKS, NOON)

    findings = _audit(conn, NOON)

    assert [finding.name for finding in findings] == CHECKS
    assert {finding.name for finding in findings if finding.status is not Status.PASSED} == {"money verified"}
    assert {finding.name for finding in findings if finding.advice} == {"money verified"}


def test_empty_books_pass(conn: Connection) -> None:
    """On the first day nothing is wrong."""
    findings = _audit(conn, NOON)

    assert {finding.name for finding in findings if finding.status is Status.UNCHECKED} == {"old clearing"}
    assert not [finding for finding in findings if finding.has_failed]


def test_the_share_of_money_verified_counts_what_met(conn: Connection) -> None:
    """Seen from both sides: all of the euros, none of the pounds; and a penny short of all is not 100%."""
    post(conn, BOOKS, NOON)
    assert _named(_audit(conn, NOON), "money verified").figures == {
        "EUR": "EUR 7.00 of EUR 7.00, 100%",
        "GBP": "GBP 0.00 of GBP 25.00, 0%",
    }

    post(conn, [entry("settle:txn_1", **SETTLED, amount=Money(2499, GBP))], NOON)

    assert _named(_audit(conn, NOON), "money verified").figures["GBP"] == "GBP 24.99 of GBP 25.00, 99%"


@pytest.mark.parametrize("side", ["debit", "credit"])
def test_money_in_suspense_fails(conn: Connection, side: str) -> None:
    """Until somebody has said what it was; in either direction."""
    sides = {"debit": Account.STRIPE, "credit": Account.STRIPE} | {side: Account.SUSPENSE}
    odd = sides | {"kind": EntryKind.SUSPENSE, "subject": "txn_5"}
    post(conn, [entry("suspense:txn_5", **odd)], NOON)
    assert _failed(conn) == {"suspense"}

    post(conn, [entry("undo:txn_5", **odd | {"debit": odd["credit"], "credit": odd["debit"]})], NOON)

    assert _failed(conn) == set()


@pytest.mark.parametrize(
    ("settled", "late", "status"),
    [
        (True, timedelta(0), Status.PASSED),
        (True, timedelta(seconds=1), Status.FAILED),
        (False, timedelta(0), Status.UNCHECKED),
        (False, timedelta(seconds=1), Status.UNCHECKED),
    ],
)
def test_what_waits_in_clearing_for_long_is_listed(
    conn: Connection, settled: bool, late: timedelta, status: Status
) -> None:
    """A failure only once Stripe's balance is read: before that nothing can have met."""
    posted: list[Entry] = BOOKS if settled else BOOKS[:1]
    post(conn, posted, NOON)

    finding = _named(_audit(conn, NOON + PATIENCE + late), "old clearing")

    listed = {"pi_1 in GBP": "GBP 25.00 since 2026-11-21 12:00"} if late else {}
    assert finding.status is status
    assert dict(finding.figures).items() >= ({"subjects": len(listed)} | listed).items()


def test_a_finding_can_be_written_as_plain_values() -> None:
    """For other programs."""
    finding = Finding("totals", Status.FAILED, {"wrong": 1}, "Stop.")

    assert finding.as_json() == {"name": "totals", "status": "failed", "figures": {"wrong": 1}, "advice": "Stop."}


def _audit(conn: Connection, now: datetime) -> list[Finding]:
    return audit(conn, lambda: now)


def _failed(conn: Connection) -> set[str]:
    return {finding.name for finding in _audit(conn, NOON) if finding.has_failed}


def _named(findings: list[Finding], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)
