"""What a line of Stripe's balance moved of its source, in the source's own currency.

A source in another currency than the balance's may move in several lines. Stripe says what each moved in the balance,
and the rounded rate at which it was exchanged, but not what it moved of the source. That follows from the line and its
source alone, never from other lines: so it is the same in whatever order lines are read.

- A line of a charge or a refund stands for an exact amount that Stripe states. The rate only says which: of a charge
  that was captured in part, Stripe writes one line for the authorisation and one that reverses the rest
  (docs.stripe.com/reports/reporting-categories, read 2026-11).
- A dispute may be withdrawn, given back and withdrawn again in parts. A line of it is the whole dispute where the rate
  says so, and otherwise the part that the rate makes of it.
- A line that was not exchanged, or is far less than its source, corrects an exchange. It moves nothing of the source.
- A line without the field `exchange_rate` (Stripe's API before June 2018) stands for its whole source.

Rates are in smallest units: `amount` in currency A times `exchange_rate` is `amount` in currency B
(stripe-python 16.1, `BalanceTransaction.exchange_rate`).
"""

import re
from collections.abc import Iterable
from fractions import Fraction

from ledger.money import Money
from payments.reading.fields import UnexpectedShape, money, positive_money, text, whole_number
from payments.stripe.objects import StripeObject

# A line of the whole source is off by the rate's rounding alone; a correction of it is a few hundredths.
_WHOLE_FROM = Fraction(1, 2)
# A line of a dispute: so near to its amount, or more, it is all of it. So small a share of it is a correction, and of
# less than half of it so few of the balance's smallest units.
_ALL_WITHIN = Fraction(1, 200)
_PART_FROM = Fraction(1, 20)
_CORRECTION_UP_TO = 50
_RATE_WITHIN = Fraction(5, 1_000_000)  # rates are rounded to five decimals, or to more
# A penny may be several cents: of the amounts that a line can mean, the roundest is taken.
_ROUND = (10_000, 1000, 100, 10, 5, 1)

_NUMBER = re.compile(r"\d+(\.\d+)?(e-?\d+)?")  # an int or a finite float, as Python writes it


def original_amount(line: StripeObject, source: StripeObject) -> Money:
    """What the line moved of its charge, refund or dispute, with the line's sign; it may be nothing.

    Where the balance has the source's currency it is the line's amount.
    """
    amount, whole = money(line), positive_money(source)
    if amount.currency == whole.currency:
        return amount
    if not amount:
        return Money(0, whole.currency)
    minor = _moved_by_rate(line, source) if "exchange_rate" in line else _captured_or_whole(source)
    return Money(minor if amount.minor > 0 else -minor, whole.currency)


def _captured_or_whole(source: StripeObject) -> int:
    captured = source.get("object") == "charge" and source.get("amount_captured")
    return whole_number(source, "amount_captured" if captured else "amount")


def _moved_by_rate(line: StripeObject, source: StripeObject) -> int:
    rate = _rate(line)
    if rate is None:
        return 0
    unit = Fraction(rate.denominator, rate.numerator)
    return _moved(line, source, abs(whole_number(line, "amount")) * unit, unit)


def _rate(line: StripeObject) -> Fraction | None:
    """The rate of exchange, as exactly as Stripe writes it; None where the line was not exchanged."""
    rate = line["exchange_rate"]
    if rate is None:
        return None
    if not _NUMBER.fullmatch(repr(rate)) or rate == 0:
        raise UnexpectedShape("balance_transaction: exchange_rate is not a number above zero")
    return Fraction(repr(rate))


def _moved(line: StripeObject, source: StripeObject, exchanged: Fraction, unit: Fraction) -> int:
    """How much of the source, in its smallest units.

    `exchanged` is the line's amount by its rate, `unit` what the smallest unit of the balance comes to.
    """
    stated = _stated(line, source)
    if stated:
        nearest = min(stated, key=lambda amount: abs(amount - exchanged))
        return nearest if exchanged + unit >= nearest * _WHOLE_FROM else 0
    whole = whole_number(source, "amount")
    within = unit * (Fraction(1, 2) + exchanged * _RATE_WITHIN)
    if exchanged >= whole - max(whole * _ALL_WITHIN, within):
        return whole
    if exchanged < whole * _PART_FROM or _is_few(line, exchanged, within, whole):
        return 0
    return _roundest(exchanged, within, whole // 2)


def _is_few(line: StripeObject, exchanged: Fraction, within: Fraction, whole: int) -> bool:
    return abs(whole_number(line, "amount")) <= _CORRECTION_UP_TO and exchanged + within < Fraction(whole, 2)


def _stated(line: StripeObject, source: StripeObject) -> tuple[int, ...]:
    """The amounts of the source that Stripe states exactly, of which the line is one; none where it is a part."""
    amount = whole_number(source, "amount")
    if source.get("object") == "charge":
        captured = whole_number(source, "amount_captured")
        if text(line, "reporting_category") == "partial_capture_reversal":
            return (amount - captured,) if 0 < captured < amount else ()
        return (amount, captured) if captured > 0 else (amount,)
    return () if source.get("object") == "dispute" else (amount,)


def _roundest(exchanged: Fraction, within: Fraction, half: int) -> int:
    """The amount that `exchanged` means: half of the whole if it may be that, else the roundest `within` reach."""
    nearest: Iterable[int] = (
        max(step, round(exchanged * Fraction(1, step)) * step) for step in (half, *_ROUND) if step
    )
    return next((amount for amount in nearest if abs(amount - exchanged) <= within), round(exchanged))
