"""Lines of the balance: Stripe's balance transactions, read with `expand[]=data.source` and `data.source.charge`.

What a line is, its `reporting_category` says (docs.stripe.com/reports/reporting-categories, and the list in
stripe-python 16.1, read 2026-11): `type` alone calls a dispute, a fee and a reserve all an adjustment.
"""

from collections.abc import Mapping

from ledger.money import Money
from payments.reading import charges, refunds
from payments.reading.disputes import move
from payments.reading.happenings import BalanceLine, Category, Happening
from payments.reading.shapes import (
    NOTHING,
    Misshapen,
    Object,
    instant,
    link,
    marked,
    money,
    payment_of,
    positive,
    text,
    whole,
)

CATEGORIES: Mapping[str, Category] = {
    "charge": Category.PAYMENT,
    "charge_failure": Category.PAYMENT,
    "partial_capture_reversal": Category.PAYMENT,
    "refund": Category.REFUND,
    "refund_failure": Category.REFUND,
    "dispute": Category.DISPUTE,
    "dispute_reversal": Category.DISPUTE,
    "payout": Category.PAYOUT,
    "payout_reversal": Category.PAYOUT_RETURNED,
    "fee": Category.STRIPE_FEE,
    "network_cost": Category.STRIPE_FEE,
    "tax": Category.STRIPE_FEE,
    "topup": Category.TOP_UP,
    "topup_reversal": Category.TOP_UP,
    "connect_reserved_funds": Category.ADJUSTMENT,
    "other_adjustment": Category.ADJUSTMENT,
    "payment_network_reserved_funds": Category.ADJUSTMENT,
    "payout_minimum_balance_hold": Category.ADJUSTMENT,
    "payout_minimum_balance_release": Category.ADJUSTMENT,
    "risk_reserved_funds": Category.ADJUSTMENT,
    "advance": Category.OTHER,
    "advance_funding": Category.OTHER,
    "anticipation_repayment": Category.OTHER,
    "climate_order_purchase": Category.OTHER,
    "climate_order_refund": Category.OTHER,
    "connect_collection_transfer": Category.OTHER,
    "contribution": Category.OTHER,
    "financing_paydown": Category.OTHER,
    "financing_paydown_reversal": Category.OTHER,
    "financing_payout": Category.OTHER,
    "financing_payout_reversal": Category.OTHER,
    "issuing_authorization_hold": Category.OTHER,
    "issuing_authorization_release": Category.OTHER,
    "issuing_dispute": Category.OTHER,
    "issuing_transaction": Category.OTHER,
    "platform_earning": Category.OTHER,
    "platform_earning_refund": Category.OTHER,
    "transfer": Category.OTHER,
    "transfer_reversal": Category.OTHER,
    "unreconciled_customer_funds": Category.OTHER,
}

_OF_A_PAYMENT = (Category.PAYMENT, Category.REFUND, Category.DISPUTE)
_OF_A_PAYOUT = (Category.PAYOUT, Category.PAYOUT_RETURNED)


def read_line(line: Object) -> tuple[Happening, ...]:
    """A balance transaction: the line, and what its source tells. A category that nobody knows is UNKNOWN.

    The category decides, and never what the source happens to be: a new kind of line about a payment of ours is
    not taken for the payment.
    """
    kind = text(line, "reporting_category")
    category = CATEGORIES.get(kind, Category.UNKNOWN)
    amount, source = money(line), _source(line, category)
    charge = _charge(source) if category in _OF_A_PAYMENT else NOTHING
    payment = _payment(source) if category in _OF_A_PAYMENT else None
    found = BalanceLine(
        id=text(line, "id"),
        category=category,
        kind=kind,
        amount=amount,
        fee=Money(whole(line, "fee"), amount.currency),
        original=_original(amount, source) if payment else None,
        subject=_subject(line, category, payment, source),
        payment=payment,
        marked=marked(charge),
        at=instant(line),
    )
    if whole(line, "net") != amount.minor - found.fee.minor:
        raise Misshapen("balance_transaction: amount less fee is not its net")
    return found, *_told(kind, line, source)


def _source(line: Object, category: Category) -> Object:
    """The source, empty where a line has none."""
    source = line.get("source")
    if isinstance(source, str) and category in _OF_A_PAYMENT:
        raise Misshapen("balance_transaction: its source was not expanded")
    return source if isinstance(source, dict) else NOTHING


def _charge(source: Object) -> Object:
    if source.get("object") == "charge":
        return source
    charge = source.get("charge")
    return charge if isinstance(charge, dict) else NOTHING


def _payment(source: Object) -> str | None:
    match source.get("object"):
        case "charge":
            return link(source, "payment_intent") or text(source, "id")
        case "refund" | "dispute":
            return payment_of(source)
        case _:
            return None


def _subject(line: Object, category: Category, payment: str | None, source: Object) -> str:
    """Under which subject the line clears: the payment, refund, dispute or payout; else the line itself."""
    if category in _OF_A_PAYOUT:
        return link(line, "source") or text(line, "id")
    if payment is None:
        return text(line, "id")
    return payment if category is Category.PAYMENT else text(source, "id")


def _original(amount: Money, source: Object) -> Money:
    """The source's own amount, with the line's sign: in another currency than the balance it differs.

    In the same currency the line's own amount is the truth, also of a part.
    """
    captured = source.get("object") == "charge" and source.get("amount_captured")
    own = positive(source, "amount_captured" if captured else "amount")
    if own.currency == amount.currency:
        return amount
    return own if amount.minor >= 0 else -own


def _told(kind: str, line: Object, source: Object) -> tuple[Happening, ...]:
    """What the source tells. That a payment or refund failed, only an event tells: it alone has the instant."""
    match kind, source.get("object"):
        case "charge", "charge":
            told: Happening | None = charges.at_once(source)
        case "refund" | "refund_failure", "refund":
            told = refunds.agreed(source)
        case "dispute" | "dispute_reversal", "dispute":
            told = move(line, source) if whole(line, "amount") else None
        case _:
            return ()
    return (told,) if told else ()
