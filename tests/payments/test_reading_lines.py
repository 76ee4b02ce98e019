"""Balance lines: what each is, whose it is, and the facts in its source."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from stripe.params.reporting import _report_run_create_params as report

from database.instants import from_unix
from ledger.money import EUR, GBP, USD, Money
from payments.reading.balance_lines import CATEGORIES, read_line
from payments.reading.events import read
from payments.reading.fields import UnexpectedShape
from payments.reading.happenings import (
    BalanceLine,
    Category,
    ChargeSucceeded,
    DisputeFundsMoved,
    Happening,
    RefundAgreed,
)
from tests.payments.messages import CREATED, charge, event
from tests.payments.stripe_objects import line, refund
from tests.payments.year_at_stripe import ENDIVE, Year, year_at_stripe


@pytest.fixture(scope="module")
def year() -> Year:
    """The year."""
    return year_at_stripe()


def _lines(year: Year, kind: str) -> list[tuple[BalanceLine, Mapping[str, Any]]]:
    rows = [(read_line(row)[0], row) for row in year.lines if row["reporting_category"] == kind]
    return [(line, row) for line, row in rows if isinstance(line, BalanceLine)]


def _of_events(year: Year) -> set[Happening]:
    return {happening for event in year.events[ENDIVE] for happening in read(event)}


def test_every_category_of_the_installed_library_is_known() -> None:
    """Those by which Stripe's own reports can be filtered."""
    hint = str(report.ReportRunCreateParamsParameters.__annotations__["reporting_category"])
    known = set(re.findall("'([a-z_]+)'", hint))
    assert len(known) > 30
    assert known <= set(CATEGORIES)


def test_a_category_that_nobody_knows_is_unknown(year: Year) -> None:
    """It goes to suspense, with its own words; what its source is changes nothing."""
    [(line, row)] = _lines(year, "loyalty_bonus")
    assert (line.category, line.kind, line.subject, line.payment) == (
        Category.UNKNOWN,
        "loyalty_bonus",
        row["id"],
        None,
    )
    charge = next(row for row in year.lines if row["reporting_category"] == "charge")
    new = read_line({**charge, "reporting_category": "charge_of_a_new_kind"})
    assert [line.category for line in new if isinstance(line, BalanceLine)] == [Category.UNKNOWN]
    assert len(new) == 1


def test_lines_report_nothing_that_events_do_not(year: Year) -> None:
    """Not another payment, amount or instant: so either may come first."""
    of_lines = {fact for row in year.lines for fact in read_line(row)[1:]}
    assert {type(fact) for fact in of_lines} == {ChargeSucceeded, RefundAgreed, DisputeFundsMoved}
    assert of_lines <= _of_events(year)


def test_lines_report_every_refund_and_movement_and_every_charge_that_was_not_delayed(year: Year) -> None:
    """So a year without a single webhook is in the books; a debit's success has its instant from its event alone."""
    of_lines = {fact for row in year.lines for fact in read_line(row)[1:]}
    missing = _of_events(year) - of_lines
    charges = [fact for fact in missing if isinstance(fact, ChargeSucceeded)]
    assert {charge.method for charge in charges} == {"Bacs Direct Debit"}
    assert not [fact for fact in missing if isinstance(fact, DisputeFundsMoved)]
    # The cancelled one never moved money.
    assert len([fact for fact in missing if isinstance(fact, RefundAgreed)]) == 1


@pytest.mark.parametrize("method", ["bacs_debit", "nz_bank_account", "a_method_of_next_year"])
def test_a_line_does_not_say_when_a_payment_that_may_have_been_pending_succeeded(method: str) -> None:
    """Stripe writes a debit's line when it submits it to the bank, days before it succeeds."""
    source = charge(payment_method_details={"type": method})
    assert [type(fact) for fact in read_line(line(2500, "charge", source=source))] == [BalanceLine]


def test_a_card_was_charged_when_its_charge_was_made_however_late_its_line() -> None:
    """As its event says, whichever comes first."""
    _, success = read_line(line(2500, "charge", source=charge(), created=CREATED + 3 * 86_400))
    assert [success] == list(read(event("charge.succeeded", charge(), name="1", created=CREATED + 3 * 86_400)))


def test_a_line_adds_up(year: Year) -> None:
    """Amount less fee is the net; a line of which that is not true is misshapen."""
    for row in year.lines:
        line = read_line(row)[0]
        assert isinstance(line, BalanceLine)
        assert (line.amount - line.fee).minor == row["net"]
    with pytest.raises(UnexpectedShape, match="net"):
        read_line({**year.lines[0], "net": 1})


def test_subjects_are_what_clears(year: Year) -> None:
    """A payment under the payment, a refund under the refund, a dispute and a payout under theirs."""
    for kind, prefix in {"charge": "pi_", "refund": "re_", "dispute": "du_", "payout": "po_", "fee": "txn_"}.items():
        assert {line.subject[: len(prefix)] for line, _ in _lines(year, kind)} == {prefix}
    assert {line.subject for line, _ in _lines(year, "payout_reversal")} < {
        line.subject for line, _ in _lines(year, "payout")
    }


def test_a_debit_that_was_taken_back_clears_under_its_payment(year: Year) -> None:
    """The line that brought it and the line that took it have one subject."""
    [(back, _)] = _lines(year, "charge_failure")
    [there] = [line for line, _ in _lines(year, "charge") if line.subject == back.subject]
    assert (back.category, there.amount + back.amount) == (Category.PAYMENT, Money(0, GBP))


def test_the_original_amount_is_in_the_donors_currency(year: Year) -> None:
    """Dollars settled in pounds: the charge's own amount, and the line's sign; euros stay as they are."""
    originals = {(line.kind, line.original) for line, _ in _lines(year, "charge") if line.original and line.marked}
    assert ("charge", Money(2500, USD)) in originals
    assert ("charge", Money(2500, EUR)) in originals
    dollars = [
        (line.original, line.amount.minor < 0)
        for kind in ("dispute", "dispute_reversal")
        for line, _ in _lines(year, kind)
        if line.original and line.original.currency == USD
    ]
    # Stripe does not say how many dollars a part was that came back: its rate does.
    assert dollars == [(Money(-2500, USD), True), (Money(700, USD), False)]
    assert {line.original for line, _ in _lines(year, "payout")} == {None}


def test_what_the_charge_itself_calls_ours_is_marked(year: Year) -> None:
    """By our metadata; a stranger's is not, nor a renewal's, which is found through its invoice."""
    unmarked = {row["source"]["description"] for line, row in _lines(year, "charge") if not line.marked}
    assert unmarked == {"A ticket", "Subscription creation", "Subscription update"}
    assert all(line.marked for line, _ in _lines(year, "refund") + _lines(year, "dispute"))


def test_a_source_that_was_not_expanded_is_not_taken_for_nothing(year: Year) -> None:
    """Every gift would be taken for money that is not ours."""
    row = next(row for row in year.lines if row["reporting_category"] == "charge")
    with pytest.raises(UnexpectedShape, match="expanded"):
        read_line({**row, "source": row["source"]["id"]})
    [line] = read_line({**row, "source": None})
    assert isinstance(line, BalanceLine)
    assert (line.payment, line.subject, line.marked) == (None, line.id, False)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("payout", Category.PAYOUT),
        ("payout_reversal", Category.PAYOUT_RETURNED),
        ("fee", Category.STRIPE_FEE),
        ("topup", Category.TOP_UP),
        ("risk_reserved_funds", Category.ADJUSTMENT),
        ("other_adjustment", Category.ADJUSTMENT),
        ("transfer", Category.OTHER),
        ("something_new", Category.UNKNOWN),
    ],
)
def test_a_line_that_no_payment_made(category: str, expected: Category) -> None:
    """What leaves for the bank and comes back is under its payout; the rest is under the line itself."""
    source = {"id": "po_1", "object": "payout", "amount": 500, "currency": "gbp"}
    of_a_payout = category.startswith("payout")
    read = BalanceLine(
        id="txn_1",
        category=expected,
        kind=category,
        amount=Money(500, GBP),
        fee=Money(0, GBP),
        original=None,
        subject="po_1" if of_a_payout else "txn_1",
        payment=None,
        marked=False,
        at=from_unix(CREATED + 5),
    )
    assert read_line(line(500, category, source=source if of_a_payout else None)) == (read,)


def test_a_line_of_a_refund_has_the_refunds_amount_and_the_charges_mark() -> None:
    """In dollars, settled in pounds: the sign is the line's."""
    source = refund(currency="usd", charge=charge(gift="00000000-0000-0000-0000-000000000001"))
    read, agreed = read_line(line(-380, "refund", source=source))
    assert isinstance(read, BalanceLine)
    assert (read.original, read.subject, read.payment, read.marked) == (Money(-500, USD), "re_1", "pi_1", True)
    assert agreed == RefundAgreed("re_1", "pi_1", Money(500, USD), from_unix(CREATED))
