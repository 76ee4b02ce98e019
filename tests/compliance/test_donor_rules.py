"""What donors are asked follows the rules of today."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from compliance.donor_rules import DonorRules
from compliance.regime import Regime, RegimePeriod
from compliance.rule import PERMISSIBILITY
from compliance.thresholds import shipped_rules
from database.transactions import booking
from ledger.money import GBP
from organisation.store import add_version
from payments.giving.donor_form import AskedAbove
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, pounds
from tests.compliance.test_gate import GATE, PARTY, TODAY
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row
from tests.payments.organisation_books import NOON, Books


def asked(rules: DonorRules) -> AskedAbove:
    """What is asked of a donor in pounds."""
    answer = rules.asked_above(GBP)
    assert answer is not None
    return answer


def test_what_is_asked_and_why_is_read_in_one_transaction(books: Books) -> None:
    """A public page waits for nothing that it need not."""
    with booking(books.engine) as conn:
        add_version(conn, PARTY, "settings", NOON - timedelta(days=300))
    begun = []
    sa.event.listen(books.engine, "begin", lambda _conn: begun.append(1))
    assert "registered political party" in asked(DonorRules(books.engine, lambda: NOON, lambda: PARTY)).why[0]
    assert len(begun) == 1


def test_donors_are_asked_by_the_regime_and_the_rules_of_today(books: Books) -> None:
    """By what the desk entered, not by the profile alone; and they read why, as the regime has it."""
    with booking(books.engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        add_version(conn, PARTY, "settings", NOON - timedelta(days=300))
    rules = DonorRules(books.engine, lambda: NOON, lambda: PARTY)
    assert asked(rules).amount == pounds("500")
    assert "registered political party" in asked(rules).why[0]
    rule = shipped_rules().rule(Regime.PARTY, PERMISSIBILITY, TODAY)
    with booking(books.engine) as conn:
        GATE.enter_rule(conn, replace(rule, value=rule.value * 2, first=TODAY, source="invented"), ASHA.staff_id, NOON)
    assert asked(rules).amount == pounds("1000")
    with booking(books.engine) as conn:
        period = RegimePeriod(Regime.CAMPAIGNER, TODAY, TODAY + timedelta(days=9), is_northern_irish=True)
        GATE.enter_regime(conn, period, ASHA.staff_id, NOON)
    assert asked(rules).amount == pounds("500")
    assert asked(rules).why[0].endswith("not from a political party.")
    assert "Citizens and bodies of Ireland may give to us as well." in asked(rules).why
    unregulated = DonorRules(books.engine, lambda: NOON, lambda: replace(PARTY, regime="none"))
    assert unregulated.asked_above(GBP) is None
