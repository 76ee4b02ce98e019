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
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, pounds
from tests.compliance.test_gate import GATE, PARTY, TODAY
from tests.compliance.test_store import ASHAS_ROW
from tests.database.made_rows import row
from tests.payments.organisation_books import NOON, Books


def test_donors_are_asked_by_the_regime_and_the_rules_of_today(books: Books) -> None:
    """By what the desk entered, not by the profile alone; and they read why, as the regime has it."""
    with booking(books.engine) as conn:
        conn.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        add_version(conn, PARTY, "settings", NOON - timedelta(days=300))
    rules = DonorRules(books.engine, lambda: NOON, lambda: PARTY)
    assert rules.declared_above(GBP) == pounds("500")
    assert "registered political party" in rules.words()[0]
    rule = shipped_rules().rule(Regime.PARTY, PERMISSIBILITY, TODAY)
    with booking(books.engine) as conn:
        GATE.enter_rule(conn, replace(rule, value=rule.value * 2, first=TODAY, source="invented"), ASHA.staff_id, NOON)
    assert rules.declared_above(GBP) == pounds("1000")
    with booking(books.engine) as conn:
        period = RegimePeriod(Regime.CAMPAIGNER, TODAY, TODAY + timedelta(days=9), is_northern_irish=True)
        GATE.enter_regime(conn, period, ASHA.staff_id, NOON)
    assert rules.declared_above(GBP) == pounds("500")
    assert rules.words()[0].endswith("not from a political party.")
    assert "Citizens and bodies of Ireland may give to us as well." in rules.words()
    unregulated = DonorRules(books.engine, lambda: NOON, lambda: replace(PARTY, regime="none"))
    assert (unregulated.declared_above(GBP), unregulated.words()) == (None, ())
