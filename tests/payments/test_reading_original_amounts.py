"""What a line of Stripe's balance moved of its source, where the balance has another currency than the source."""

from typing import Any

import pytest

from ledger.money import USD, Money, currency
from payments.reading.balance_lines import read_line
from payments.reading.events import read
from payments.reading.fields import UnexpectedShape
from payments.reading.happenings import BalanceLine, DisputeFundsMoved
from payments.reading.original_amounts import original_amount
from tests.payments.messages import charge, event
from tests.payments.stripe_objects import dispute, line, refund

LOST = {"amount": 5000, "currency": "usd"}


def _line(amount: int, rate: float | None = 0.76, category: str = "", **more: Any) -> dict[str, Any]:
    """A line in pence; a dispute's, by its sign, unless it has another category."""
    by_sign = "dispute" if amount < 0 else "dispute_reversal"
    return line(amount, category or by_sign, exchange_rate=rate, **more)


@pytest.mark.parametrize("cents", [200, 500, 1000, 5000])
@pytest.mark.parametrize("rate", [0.76, None])
@pytest.mark.parametrize("correction", [-12, -50, 12, 50])
def test_a_correction_in_the_balances_currency_moves_nothing_of_the_source(
    cents: int, correction: int, rate: float | None
) -> None:
    """$2 to $50 disputed: the amount and nothing more, whether the second line has a rate or not."""
    disputed = dispute(amount=cents, currency="usd")
    assert original_amount(_line(-round(cents * 0.76)), disputed) == Money(-cents, USD)
    assert original_amount(_line(correction, rate), disputed) == Money(0, USD)


@pytest.mark.parametrize(
    ("pence", "cents"),
    [
        ((-3800, -3800), (-5000, -5000)),
        ((-7600, 3800, -3800), (-10_000, 5000, -5000)),
        ((-7600, 3040, -3040), (-10_000, 4000, -4000)),
        ((-5700, -1900, 7600), (-7500, -2500, 10_000)),
    ],
)
def test_a_dispute_is_withdrawn_and_given_back_in_parts(pence: tuple[int, ...], cents: tuple[int, ...]) -> None:
    """A part that is taken again is the part that came back; two halves are the whole, once."""
    disputed = dispute(amount=10_000, currency="usd")
    assert [original_amount(_line(moved), disputed) for moved in pence] == [Money(minor, USD) for minor in cents]


@pytest.mark.parametrize(("code", "rate"), [("usd", 0.7563), ("chf", 0.9366), ("jpy", 0.4961)])
def test_half_of_a_dispute_that_comes_back_is_half_of_its_amount(code: str, rate: float) -> None:
    """To the smallest unit, though pence are coarser than cents and the rate is another day's."""
    disputed, of = dispute(amount=10_000, currency=code), currency(code)
    assert original_amount(_line(round(-10_000 * rate), rate), disputed) == Money(-10_000, of)
    assert original_amount(_line(round(5000 * rate * 1.01), round(rate * 1.01, 6)), disputed) == Money(5000, of)
    assert original_amount(_line(round(10_000 * rate), rate), disputed) == Money(10_000, of)


def test_any_part_that_comes_back_is_as_near_as_the_pence_can_tell() -> None:
    """At most a penny's worth away, and exact where the part is a round sum."""
    disputed = dispute(amount=10_000, currency="usd")
    for part in range(600, 9900, 7):
        moved = original_amount(_line(round(part * 0.7563), 0.7563), disputed)
        assert abs(moved.minor - part) <= 1 if part % 100 else moved.minor == part


def test_what_was_authorised_and_not_captured_is_reversed_and_the_rest_stays() -> None:
    """Stripe writes the whole authorisation, and a second line that takes back what was not captured."""
    captured = charge(amount=10_000, amount_captured=2500, currency="usd")
    whole, back = _line(7600, category="charge"), _line(-5700, category="partial_capture_reversal")
    assert original_amount(whole, captured) == Money(10_000, USD)
    assert original_amount(back, captured) == Money(-7500, USD)
    assert original_amount(_line(1900, category="charge"), captured) == Money(2500, USD)
    assert original_amount(line(0, "charge"), captured) == Money(0, USD)
    half = _line(-3800, category="partial_capture_reversal")
    assert original_amount(half, charge(amount=10_000, amount_captured=10_000, currency="usd")) == Money(-5000, USD)


def test_a_refund_stands_for_its_whole_amount_once() -> None:
    """A correction of its exchange is no second refund."""
    refunded = refund(amount=1000, currency="usd")
    assert original_amount(_line(-765, category="refund"), refunded) == Money(-1000, USD)
    assert original_amount(_line(-9, category="refund"), refunded) == Money(0, USD)


def test_the_smallest_amounts_stand_for_their_whole_source() -> None:
    """Rounding to a penny is no correction."""
    for cents in range(1, 60):
        disputed, pence = dispute(amount=cents, currency="usd"), max(1, round(cents * 0.76))
        assert original_amount(_line(-pence), disputed) == Money(-cents, USD)


def test_no_more_comes_back_than_was_disputed() -> None:
    """What a line brings beyond the dispute's amount is a better exchange."""
    assert original_amount(_line(3990), dispute(**LOST)) == Money(5000, USD)


@pytest.mark.parametrize("rate", ["0.76", 0, -1.0, True, float("inf"), float("nan")])
def test_a_rate_that_is_none_is_refused(rate: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnexpectedShape, match="exchange_rate"):
        original_amount(_line(-3800, rate), dispute(**LOST))


def test_a_line_without_the_field_stands_for_its_whole_source() -> None:
    """As Stripe wrote them before June 2018; a charge is what was captured of it."""
    captured = charge(amount=10_000, amount_captured=2500, currency="usd")
    assert original_amount(line(-3800), dispute(**LOST)) == Money(-5000, USD)
    assert original_amount(line(1900, "charge"), captured) == Money(2500, USD)


def test_events_and_lines_report_the_same_and_a_correction_is_no_movement() -> None:
    """The dispute's event lists both lines; the list has each with its source."""
    rows = [_line(-3800, id="txn_1"), _line(-12, None, id="txn_2")]
    expanded = dispute(**LOST) | {"charge": charge(currency="usd")}
    happenings = read(event("charge.dispute.funds_withdrawn", dispute(*rows, **LOST), name="evt_1"))
    moves = [happening for happening in happenings if isinstance(happening, DisputeFundsMoved)]
    assert [(move.line, move.amount) for move in moves] == [("txn_1", Money(-5000, USD))]
    of_list = [read_line({**row, "source": expanded}) for row in rows]
    assert [happening for row in of_list for happening in row if isinstance(happening, DisputeFundsMoved)] == moves
    originals = [happening.original for row in of_list for happening in row if isinstance(happening, BalanceLine)]
    assert originals == [Money(-5000, USD), Money(0, USD)]
