"""A gift whose debit was taken back and collected again has two charges; the desk shows it once, and proves it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from database.lists import ListChoice, ListWindow, list_rows
from database.transactions import reading
from payments.books.list_views import DISPUTES, REFUNDS
from payments.books.views import disputes_to_answer
from payments.reading.happenings import Category, ChargeSucceeded, PaymentFailed
from proof.audit import audit_all
from proof.trace import trace
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import NOON, compare, dispute, line, pounds, refund, settle_gift, tell

DAY = timedelta(days=1)


@pytest.fixture
def collected_again(desk: Desk) -> Desk:
    """£25, lost on the next day and collected on the day after; 58p of a fee each time."""
    settle_gift(desk, 1, 2500, 58)
    again = ChargeSucceeded("ch_1_again", "pi_1", "pi_1", pounds(2500), "Bacs Direct Debit", NOON + 2 * DAY, gift_id(1))
    tell(desk, again, PaymentFailed("ch_1", "pi_1", pounds(2500), NOON + DAY))
    tell(desk, line("txn_1_back", Category.PAYMENT, -2500, "pi_1", "pi_1", at=NOON + DAY))
    tell(desk, line("txn_1_again", Category.PAYMENT, 2500, "pi_1", "pi_1", 58, at=NOON + 2 * DAY))
    return desk


def test_the_audit_proves_both_charges(collected_again: Desk, engine: Engine) -> None:
    """Each by entries of its own."""
    compare(collected_again, 2384, 2384)
    with reading(engine) as conn:
        findings = {finding.name: finding for finding in audit_all(conn, lambda: NOON + 2 * DAY)}

    assert [finding.name for finding in findings.values() if finding.has_failed] == []
    assert str(findings["money verified"].figures["GBP"]).endswith("100%")


def test_a_trace_holds_both_charges(collected_again: Desk, engine: Engine) -> None:
    """Under each identifier; and each missing part is listed once."""
    with reading(engine) as conn:
        by_charge = trace(conn, "ch_1_again")
        assert trace(conn, "pi_1") == trace(conn, "ch_1") == by_charge

    counted, lost = "Counted for Save our libraries", "Failed after all: taken off Save our libraries"
    seen, left = "Seen in Stripe's balance", "Left Stripe's balance"
    texts = [step.text for step in by_charge.steps if step.text in (counted, lost, seen, left)]
    assert texts == [counted, seen, lost, left, counted, seen]
    assert len(set(by_charge.missing)) == len(by_charge.missing)


def test_the_balance_is_missed_once(desk: Desk, engine: Engine) -> None:
    """Two charges that were not seen in it are one payment."""
    desk.give(1, 2500)
    tell(desk, ChargeSucceeded("ch_1_again", "pi_1", "pi_1", pounds(2500), "Visa", NOON, gift_id(1)))
    with reading(engine) as conn:
        missing = trace(conn, gift_id(1)).missing

    assert sum("has not been seen in Stripe's balance" in gap for gap in missing) == 1


def test_what_goes_back_of_it_is_listed_once(collected_again: Desk, engine: Engine) -> None:
    """With its donor, and not once for each charge."""
    refund(collected_again, "re_1", 1, 1000)
    dispute(collected_again, "du_1", 1, 1500, answer_by=NOON + 9 * DAY)
    with reading(engine) as conn:
        refunds = list_rows(conn, REFUNDS, ListChoice(), ListWindow("day", descending=True, limit=9))
        disputes = list_rows(conn, DISPUTES, ListChoice(), ListWindow("due", descending=False, limit=9))
        assert [(row.id, row.donor, row.state) for row in refunds] == [("re_1", "Donor 1", "settled")]
        for listed in ([row.dispute for row in disputes], disputes_to_answer(conn, 9)):
            assert [(row.id, row.donor) for row in listed] == [("du_1", "Donor 1")]
