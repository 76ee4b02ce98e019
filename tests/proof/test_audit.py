"""The audit proves the books against the facts and against Stripe's balance; each check can fail."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from database.bulk import insert_rows
from database.transactions import booking, reading
from ledger.finding import Finding, Status
from ledger.money import USD, Money
from payments.bank.line import MatchKind
from payments.bank.match_store import BankMatch, add_match
from payments.bank.tables import bank_import, bank_line
from payments.books.store import save_dispute
from payments.reading.happenings import Category, DisputeFundsMoved, PayoutArrived, RefundAgreed
from payments.reading.statuses import DisputeStatus
from proof.audit import audit_all
from tests.payments.messages import charged
from tests.proof.books import Desk
from tests.proof.settled_books import (
    NOON,
    everything,
    line,
    pay_out,
    pounds,
    refund,
    settle_gift,
    tell,
)

GUARDED = (
    "entry", "total", "month_total", "charge", "refund", "dispute_move", "payout", "balance_line", "payment_failure",
    "receipt", "receipt_series", "gift", "delivery", "discrepancy", "allocation", "giving_total", "bank_line",
    "bank_match",
)  # fmt: skip

UNBROKEN = "receipt numbers run without a gap"


def findings_of(engine: Engine, now: timedelta = timedelta(0)) -> dict[str, Finding]:
    """Every finding by its name, this long after noon."""
    with reading(engine) as conn:
        return {finding.name: finding for finding in audit_all(conn, lambda: NOON + now)}


def failed(findings: dict[str, Finding]) -> set[str]:
    """What is known to be wrong."""
    return {name for name, finding in findings.items() if finding.has_failed}


def unproved(findings: dict[str, Finding]) -> set[str]:
    """What could not be checked."""
    return {name for name, finding in findings.items() if finding.status is Status.UNCHECKED}


def test_books_that_are_settled_to_the_penny_are_proved_in_every_respect(desk: Desk, engine: Engine) -> None:
    """Nothing fails, and nothing is left unchecked."""
    everything(desk)

    findings = findings_of(engine)

    assert (failed(findings), unproved(findings)) == (set(), set())
    assert findings["money verified"].figures["GBP"] == "GBP 35.00 of GBP 35.00, 100%"
    assert findings["payouts"].figures == {"payouts": 1, "added up": 1, "wrong": 0}
    assert findings["balance transactions"].figures == {"lines": 3, "waiting": 0, "wrong": 0}


def test_before_the_first_settlement_what_only_stripe_can_prove_is_unchecked(desk: Desk, engine: Engine) -> None:
    """Never passed."""
    desk.give(1, 2500)

    findings = findings_of(engine)

    assert unproved(findings) == {"old clearing", "money verified", "stripe balance", "balance transactions"}
    assert failed(findings) == set()
    assert all(findings[name].advice.startswith("Not checked: ") for name in unproved(findings))


def _match(engine: Engine) -> None:
    """The payout of £14.42 is a line of the bank."""
    came_with = {"id": "import-1", "account": "Main", "format": "csv", "who": "ada", "imported_at": NOON}
    line = {
        "id": "line-1", "import_id": "import-1", "n": 1, "day": NOON.date(), "currency": "GBP", "amount_minor": 1442,
        "description": "STRIPE", "reference": "", "key": "key-1",
    }  # fmt: skip
    with booking(engine) as conn:
        insert_rows(conn, bank_import, [came_with])
        insert_rows(conn, bank_line, [line])
        add_match(conn, BankMatch("line-1", MatchKind.PAYOUT, "po_1"), "ada", NOON)


@pytest.fixture
def unguarded(desk: Desk, engine: Engine) -> Iterator[Connection]:
    """The whole way of one gift in books without a guard, as for somebody who knows how; and a dispute."""
    everything(desk)
    _match(engine)
    with engine.connect() as conn, conn.begin() as transaction:
        if conn.dialect.name == "sqlite":
            names = conn.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").scalars().all()
            for name in names:
                conn.exec_driver_sql(f"DROP TRIGGER {name}")
            conn.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        else:
            for table in GUARDED:
                conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield conn
        transaction.rollback()


@pytest.mark.parametrize(
    ("act", "wrong"),
    [
        ("UPDATE charge SET amount_minor = 2400", {"facts"}),
        ("UPDATE charge SET gift_id = NULL", {"facts", "every charge that names a gift has found it"}),
        ("UPDATE refund SET amount_minor = 999", {"facts"}),
        ("UPDATE refund SET undone_at = agreed_at", {"facts"}),
        ("DELETE FROM refund", {"facts"}),
        ("UPDATE payout SET amount_minor = 1441, lines_minor = 1441", {"facts", "bank matches"}),
        ("UPDATE payout SET returned_at = arrived_at", {"facts"}),
        ("UPDATE payout SET lines_minor = 1441", {"payouts"}),
        (
            "INSERT INTO dispute_move (line_id, dispute, payment, currency, amount_minor, moved_at)"
            " SELECT 'txn_9', 'du_9', payment, 'GBP', -2500, agreed_at FROM refund",
            {"facts"},
        ),
        (
            "INSERT INTO payment_failure (charge, payment, currency, amount_minor, failed_at)"
            " SELECT 'ch_1', payment, 'GBP', 2500, agreed_at FROM refund",
            {"facts"},
        ),
        ("UPDATE balance_line SET fee_minor = 57 WHERE id = 'txn_1'", {"balance transactions"}),
        ("UPDATE balance_line SET amount_minor = -1000 WHERE id = 'txn_po_1'", {"balance transactions"}),
        ("DELETE FROM balance_line WHERE id = 'txn_re_1'", {"balance transactions"}),
        ("UPDATE balance_line SET ours = NULL WHERE id = 'txn_1'", {"balance transactions"}),
        ("UPDATE balance_check SET theirs_minor = 1", {"stripe balance"}),
        (
            "UPDATE total SET credit_minor = credit_minor + 1, debit_minor = debit_minor + 1 WHERE account = 'stripe'",
            {"totals"},
        ),
        ("UPDATE total SET credit_minor = credit_minor + 1 WHERE account = 'gifts'", {"totals", "balanced"}),
        ("UPDATE month_total SET credit_minor = credit_minor + 1 WHERE account = 'gifts'", {"totals", "raised"}),
        ("UPDATE entry SET campaign_id = 0 WHERE kind = 'refund'", {"totals", "raised"}),
        ("UPDATE giving_total SET amount_minor = amount_minor + 1", {"received by month"}),
        ("UPDATE giving_total SET gifts = gifts + 1", {"received by month"}),
        ("DELETE FROM giving_total", {"received by month"}),
        ("UPDATE gift SET source = 'leaflet' WHERE received_on IS NOT NULL", {"received by month"}),
        ("UPDATE bank_line SET amount_minor = 1441", {"bank matches"}),
        ("UPDATE bank_line SET struck_at = (SELECT imported_at FROM bank_import), key = NULL", {"bank matches"}),
        ("UPDATE entry SET cause = 'evt_lost' WHERE kind = 'fee'", {"kept causes"}),
        ("UPDATE entry SET cause = ' ' WHERE kind = 'fee'", {"causes"}),
        ("UPDATE entry SET key = 'gift:ch_2:0' WHERE kind = 'gift'", {"facts"}),
        ("DELETE FROM receipt", {UNBROKEN, "every gift received has its receipt and its entries"}),
        ("UPDATE receipt_series SET last_number = 2", {UNBROKEN}),
        ("UPDATE delivery SET applied_at = NULL", {"every kept delivery is in the books"}),
    ],
)  # fmt: skip
def test_what_was_changed_by_hand_fails_by_name(unguarded: Connection, act: str, wrong: set[str]) -> None:
    """These checks fail, and no others, and each says what to do."""
    assert _failed(unguarded) == {}

    unguarded.exec_driver_sql(act)

    assert set(_failed(unguarded)) == wrong
    assert all(_failed(unguarded).values())


def test_a_refund_that_waits_for_its_gift_is_no_failure(desk: Desk, engine: Engine) -> None:
    """It has no entries, and is to have none until the gift is known."""
    tell(desk, RefundAgreed("re_7", "pi_7", pounds(500), NOON))

    assert failed(findings_of(engine)) == set()


@pytest.mark.parametrize(
    ("arrived", "late", "wrong"),
    [
        (True, timedelta(hours=6), False),
        (False, timedelta(days=10), False),
        (False, timedelta(days=10, seconds=1), True),
    ],
)
def test_money_on_its_way_to_the_bank_may_take_days(
    desk: Desk, engine: Engine, arrived: bool, late: timedelta, wrong: bool
) -> None:
    """But not for ever."""
    settle_gift(desk, 1, 2500, 58)
    pay_out(desk, "po_1", 2442, ["txn_1"], arrived=arrived)

    assert ("in transit" in failed(findings_of(engine, late))) is wrong


def test_a_payout_that_left_before_our_time_is_not_missed(desk: Desk, engine: Engine) -> None:
    """Its line in the balance is not among ours: its arrival is none of our books' business."""
    tell(desk, PayoutArrived("po_3", pounds(900), NOON.date()))

    assert not {"in transit", "facts"} & set(failed(findings_of(engine, timedelta(days=11))))


def test_what_has_not_met_after_hours_is_named(desk: Desk, engine: Engine) -> None:
    """A refund that never left Stripe's balance."""
    settle_gift(desk, 1, 2500, 58)
    refund(desk, "re_1", 1, 1000, settled=False)

    old = findings_of(engine, timedelta(hours=7))["old clearing"]

    assert (old.status, old.figures["re_1 in GBP"]) == (Status.FAILED, "GBP -10.00 since 2026-11-21 12:00")


def _abroad(desk: Desk, *lines: tuple[int, int]) -> None:
    """Lines of one source: pence, and what each is taken to have moved in cents; facts that say the same."""
    for n, (pence, cents) in enumerate(lines):
        tell(desk, line(f"txn_a{n}", Category.DISPUTE, pence, "du_1", "pi_1", original=Money(cents, USD)))
        if cents:
            tell(desk, DisputeFundsMoved(f"txn_a{n}", "du_1", "pi_1", Money(cents, USD), NOON))


@pytest.mark.parametrize(
    ("lines", "figure"),
    [
        (((-3800, -5000), (-12, -5000)), "USD -100.00 for GBP -38.12"),
        (((-3800, -5000), (50, 5000)), "USD 0.00 for GBP -37.50"),
        (((-7600, -10_000), (3800, 10_000)), "USD 0.00 for GBP -38.00"),
        (((-3800, 0),), "nothing for GBP -38.00"),
    ],
)
def test_a_line_that_stands_for_more_than_it_moved_is_named(
    desk: Desk, engine: Engine, lines: tuple[tuple[int, int], ...], figure: str
) -> None:
    """Facts and entries agree, because one reading made both: the pence that Stripe moved do not."""
    _abroad(desk, *lines)

    findings = findings_of(engine)

    assert (failed(findings), findings["exchanges"].figures) == ({"exchanges"}, {"du_1": figure, "wrong": 1})


@pytest.mark.parametrize(
    "lines",
    [
        ((-3800, -5000), (-12, 0)),
        ((-3800, -5000), (50, 0)),
        ((-152, -200), (50, 0), (-50, 0)),
        ((-3800, -5000), (-3800, -5000)),
        ((-7600, -10_000), (3610, 5000)),
        ((-7600, -10_000), (8300, 10_000)),
        ((-1, -1), (1, 1), (-1, -2)),
    ],
)
def test_a_rate_that_moves_between_two_lines_is_no_fault(
    desk: Desk, engine: Engine, lines: tuple[tuple[int, int], ...]
) -> None:
    """Corrections, and what came back at another day's rate."""
    _abroad(desk, *lines)
    assert findings_of(engine)["exchanges"].status is Status.PASSED


def test_more_than_a_dispute_is_about_is_named(desk: Desk, engine: Engine) -> None:
    """Two halves, each taken for the whole: they agree with each other, but not with the dispute."""
    _abroad(desk, (-3800, -10_000), (-3800, -10_000))
    assert "exchanges" not in failed(findings_of(engine))

    with booking(engine) as conn:
        save_dispute(conn, DisputeStatus("du_1", "pi_1", "lost", "fraudulent", Money(10_000, USD), None), NOON)
    findings = findings_of(engine)
    assert findings["exchanges"].figures == {"du_1": "USD -200.00 for GBP -76.00", "wrong": 1}


def test_a_line_of_somebody_else_is_booked_and_proved_too(desk: Desk, engine: Engine) -> None:
    """The balance is that of the whole account."""
    tell(desk, line("txn_shop", Category.OTHER, 700, "txn_shop", fee=30))

    findings = findings_of(engine)

    assert findings["balance transactions"].status is Status.PASSED
    assert failed(findings) == set()


def test_a_charge_whose_gift_was_lost_is_found(desk: Desk, engine: Engine) -> None:
    """A backup from before the gift was restored."""
    desk.books.deliver(charged("9", gift="00000000-0000-0000-0000-000000000009"))

    assert "every charge that names a gift has found it" in failed(findings_of(engine))


def _failed(conn: Connection) -> dict[str, str]:
    return {finding.name: finding.advice for finding in audit_all(conn, lambda: NOON) if finding.has_failed}
