"""Loans are added up with what their lender gave: the Commission's third example."""

from datetime import UTC, date, datetime

from compliance.check import Check
from compliance.loans import RegulatedLoan, regulated_loans
from compliance.regime import Regime
from compliance.regulated_gift import RegulatedGift
from compliance.report import ReportBooks
from compliance.report_calendar import ReportKind, ReportPeriod
from compliance.rule import PERMISSIBILITY
from compliance.thresholds import shipped_rules
from ledger.money import EUR, Money
from payments.valuing.loan import KeptLoan, Loan
from tests.compliance.gifts import accepted, gift, pounds

RULES = shipped_rules()
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
JUNE = date(2024, 6, 3)


def quarter(first: date, last: date) -> ReportPeriod:
    """A party's quarterly report."""
    rule = RULES.rule(Regime.PARTY, PERMISSIBILITY, first)
    return ReportPeriod(ReportKind.QUARTERLY, Regime.PARTY, first, last, last, True, rule)


SECOND = quarter(date(2024, 4, 1), date(2024, 6, 30))


def lent(amount: Money, on: date = JUNE, identity: str = "loan-1", *, is_taken_back: bool = False) -> KeptLoan:
    """A loan of the donor who gave."""
    loan = Loan(identity, "donor", amount, on, "Without interest.")
    return KeptLoan(loan, "Ada", NOON, NOON if is_taken_back else None, "typed twice" if is_taken_back else "")


def noted(gifts: list[RegulatedGift], *loans: KeptLoan, period: ReportPeriod = SECOND) -> list[RegulatedLoan]:
    """The loans of a report's page; every gift was accepted on its day."""
    checks: dict[str, Check] = {each.gift_id: accepted(each, each.received_on) for each in gifts}
    return regulated_loans(loans, period, ReportBooks("The Party", gifts, checks, {}, {}, RULES))


def test_a_gift_and_a_loan_of_six_thousand_pounds_are_both_reported() -> None:
    """In the quarter of the second; neither would be alone."""
    given = gift("6000", date(2024, 2, 1))
    [loan] = noted([given], lent(pounds("6000")))
    assert loan.total == pounds("12000")
    assert {each.gift_id for each in loan.beside} == {given.gift_id, "loan-1"}
    [alone] = noted([], lent(pounds("6000")))
    assert (alone.total, alone.beside) == (None, ())


def test_a_gift_that_comes_after_a_loan_has_the_loan_named_in_its_quarter() -> None:
    """The loan was lent in an earlier one, in which it was not to be reported."""
    later = quarter(date(2024, 7, 1), date(2024, 9, 30))
    gifts = [gift("6000", date(2024, 8, 1))]
    assert [each.total for each in noted(gifts, lent(pounds("6000")))] == [None]
    assert [each.total for each in noted(gifts, lent(pounds("6000")), period=later)] == [pounds("12000")]


def test_a_loan_of_the_threshold_or_less_is_none_in_law_and_one_taken_back_never_was() -> None:
    """One in another currency is named: nobody knows its value in pounds yet."""
    assert noted([], lent(pounds("500")), lent(pounds("20000"), is_taken_back=True)) == []
    [euros] = noted([], lent(Money(800_000, EUR)))
    assert (euros.is_unvalued, euros.total) == (True, None)
    assert noted([], lent(pounds("20000")), period=quarter(date(2024, 1, 1), date(2024, 3, 31))) == []
