"""Which lines are the same, and what a line is: nothing is matched by itself that could be something else."""

from datetime import date

import pytest

from ledger.money import GBP, Money
from payments.bank.line import BankStatementLine, MatchKind, Statement, StatementFormat, plan_import
from payments.bank.matching import OpenLine, OpenTarget, certain_payouts, likely_targets, proved_payouts

DAY = date(2026, 11, 24)


def line(number: int, minor: int = 2500, file_id: str | None = None, text: str = "STRIPE") -> BankStatementLine:
    """A line of the statement."""
    return BankStatementLine(number, DAY, Money(minor, GBP), text, "", file_id)


def planned(*lines: BankStatementLine, known: list[str], account: str = "Main") -> list[str]:
    """The keys of what is new."""
    plan = plan_import(account, Statement(StatementFormat.CSV, lines, ()), known)
    return [each.key for each in plan.new]


def test_two_equal_payments_are_two_and_the_same_file_twice_adds_nothing() -> None:
    """Also where a later file overlaps, and however the account's name is spelt."""
    first = planned(line(1), line(2), known=[])
    assert len(set(first)) == 2
    assert planned(line(1), line(2), known=first) == []
    assert planned(line(1), line(2), known=first, account="MAIN") == []
    assert len(planned(line(5), line(6), line(7), known=first)) == 1
    assert len(planned(line(1), known=first, account="Savings")) == 1


def test_a_line_is_known_by_the_banks_own_id() -> None:
    """Whatever the bank then says of it; two ids are two lines."""
    first = planned(line(1, file_id="A1"), line(2, file_id="A2"), known=[])
    assert len(set(first)) == 2
    assert planned(line(1, file_id="A1", text="Stripe Payments"), known=first) == []


def opened(identity: str, minor: int = 2500, day: int = 24, text: str = "STRIPE PAYMENTS") -> OpenLine:
    """A line that is nothing yet."""
    return OpenLine(identity, date(2026, 11, day), Money(minor, GBP), text)


def payout(identity: str, minor: int = 2500, day: int = 24) -> OpenTarget:
    """A payout that arrived."""
    return OpenTarget(MatchKind.PAYOUT, identity, date(2026, 11, day), Money(minor, GBP))


@pytest.mark.parametrize(
    ("lines", "payouts", "matched"),
    [
        ([opened("a")], [payout("po_1")], {"a": "po_1"}),
        ([opened("a", day=29)], [payout("po_1")], {"a": "po_1"}),
        ([opened("a", day=30)], [payout("po_1")], {}),
        ([opened("a", 2499)], [payout("po_1")], {}),
        ([opened("a", text="M SEACOLE")], [payout("po_1")], {}),
        ([opened("a"), opened("b", text="M SEACOLE")], [payout("po_1")], {}),
        ([opened("a")], [payout("po_1"), payout("po_2", day=25)], {}),
        ([opened("a", day=10), opened("b")], [payout("po_1"), payout("po_2", day=9)], {"a": "po_2", "b": "po_1"}),
    ],
    ids=["one", "days apart", "too far", "a penny", "no sender", "two lines", "two payouts", "two pairs"],
)
def test_what_is_beyond_doubt(lines: list[OpenLine], payouts: list[OpenTarget], matched: dict[str, str]) -> None:
    """One candidate on either side, from Stripe."""
    assert certain_payouts(lines, payouts) == matched


def test_the_likeliest_comes_first() -> None:
    """A payout if the bank says Stripe, else the nearest gift; never another amount."""
    gift = OpenTarget(MatchKind.GIFT, "g", DAY, Money(2500, GBP))
    targets = [gift, payout("far", day=1), payout("near", day=20), payout("other", 1)]
    assert [each.id for each in likely_targets(opened("a"), targets)] == ["near", "far", "g"]
    assert [each.id for each in likely_targets(opened("a", text="M SEACOLE"), targets)] == ["g", "near", "far"]


def test_how_much_is_proved() -> None:
    """All of it only when nothing is missing."""
    [proved] = proved_payouts([payout("a", 99_990), payout("b", 10)], {"a": "line"})
    assert (proved.proved.minor, proved.all.minor, proved.per_cent, [payout.id for payout in proved.unproved]) == (
        99_990, 100_000, 99, ["b"],
    )  # fmt: skip
    assert proved_payouts([payout("a")], {"a": "line"})[0].per_cent == 100
