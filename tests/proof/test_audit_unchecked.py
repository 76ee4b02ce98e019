"""What the audit could not check: it says what is missing, and what makes it checked."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import writing
from ledger.finding import Status
from payments.reading.happenings import Category
from payments.settlement.tables import contact, walk
from tests.proof.books import Desk
from tests.proof.settled_books import NOON, compare, everything, line, settle_gift, tell
from tests.proof.test_audit import findings_of


def test_after_a_reconcile_that_found_nothing_no_other_is_advised(desk: Desk, engine: Engine) -> None:
    """Before its balance was read it is, whatever else Stripe has answered; then the first gift is waited for."""
    advice = [finding.advice for finding in findings_of(engine).values() if finding.status is Status.UNCHECKED]
    assert sum("./farthing reconcile asks" in sentence for sentence in advice) == 2
    with writing(engine) as conn:
        conn.execute(sa.insert(contact).values(id=1, answered_at=NOON))
    again = [finding.advice for finding in findings_of(engine).values() if finding.status is Status.UNCHECKED]
    assert again == advice
    with writing(engine) as conn:
        conn.execute(sa.insert(walk).values(name="balance", walked_at=NOON))
    advice = [finding.advice for finding in findings_of(engine).values() if finding.status is Status.UNCHECKED]
    assert [sentence for sentence in advice if "reconcile asks" in sentence] == []
    assert sum("no gift had reached its balance yet" in sentence for sentence in advice) == 2


def test_lines_that_were_read_and_no_comparison_are_not_said_to_be_none(desk: Desk, engine: Engine) -> None:
    """Money moved while the balance was read, so that nothing could be compared."""
    settle_gift(desk, 1, 2500, 58)
    with writing(engine) as conn:
        conn.execute(sa.insert(walk).values(name="balance", walked_at=NOON))
    finding = findings_of(engine)["stripe balance"]
    assert (finding.status, "no gift had reached" in finding.advice) == (Status.UNCHECKED, False)
    assert "money moved meanwhile, or a line could not be booked" in finding.advice
    assert "compared again within the hour" in finding.advice


def test_a_balance_that_was_compared_long_ago_is_unchecked(desk: Desk, engine: Engine) -> None:
    """It says when that was."""
    everything(desk)

    stale = findings_of(engine, timedelta(hours=3, seconds=1))["stripe balance"]

    assert (stale.status, "2026-11-21 12:00" in stale.advice) == (Status.UNCHECKED, True)
    assert findings_of(engine, timedelta(hours=3))["stripe balance"].status is Status.PASSED


def test_a_currency_that_was_never_compared_is_unchecked(desk: Desk, engine: Engine) -> None:
    """Also when others were."""
    settle_gift(desk, 1, 2500, 58)
    compare(desk, 2442, 2442)
    tell(desk, line("txn_yen", Category.ADJUSTMENT, 5, "txn_yen"))
    with engine.connect() as conn, conn.begin():
        conn.exec_driver_sql("UPDATE balance_check SET currency = 'JPY'")

    assert findings_of(engine)["stripe balance"].status is Status.UNCHECKED
