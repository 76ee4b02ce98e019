"""Balance lines: Stripe's balance transactions, read with `expand[]=data.source` and `data.source.charge`.

Its `reporting_category` says what a line is (docs.stripe.com/reports/reporting-categories, and the list in
stripe-python 16.1, read 2026-11): `type` alone calls a dispute, a fee and a reserve all an adjustment.
"""

from collections.abc import Mapping

from ledger.money import Money
from payments.reading.charges import immediate_success
from payments.reading.disputes import dispute_move
from payments.reading.fields import (
    EMPTY,
    UnexpectedShape,
    expandable_id,
    instant,
    metadata_id,
    money,
    payment_of,
    text,
    whole_number,
)
from payments.reading.happenings import BalanceLine, Category, Happening
from payments.reading.original_amounts import original_amount
from payments.reading.refunds import refund_agreed
from payments.stripe.objects import StripeObject

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


def read_line(line: StripeObject) -> tuple[Happening, ...]:
    """A balance transaction: the line, and the facts in its source. A new category of Stripe's is UNKNOWN.

    Only the category decides, never the type of the source: a new category of line about a payment of ours is not taken
    for the payment.
    """
    kind = text(line, "reporting_category")
    category = CATEGORIES.get(kind, Category.UNKNOWN)
    amount, source = money(line), _source(line, category)
    charge = _charge(source) if category in _OF_A_PAYMENT else EMPTY
    payment = _payment(source) if category in _OF_A_PAYMENT else None
    gift = metadata_id(charge, "gift_id") if charge else None
    balance_line = BalanceLine(
        id=text(line, "id"),
        category=category,
        kind=kind,
        amount=amount,
        fee=Money(whole_number(line, "fee"), amount.currency),
        original=original_amount(line, source) if payment else None,
        subject=_subject(line, category, payment, source),
        payment=payment,
        marked=gift is not None,
        at=instant(line),
        gift=gift,
    )
    if whole_number(line, "net") != amount.minor - balance_line.fee.minor:
        raise UnexpectedShape("balance_transaction: amount less fee is not its net")
    return balance_line, *_facts_of_source(kind, line, source)


def _source(line: StripeObject, category: Category) -> StripeObject:
    """The source, empty where a line has none."""
    source = line.get("source")
    if isinstance(source, str) and category in _OF_A_PAYMENT:
        raise UnexpectedShape("balance_transaction: its source was not expanded")
    return source if isinstance(source, dict) else EMPTY


def _charge(source: StripeObject) -> StripeObject:
    if source.get("object") == "charge":
        return source
    charge = source.get("charge")
    return charge if isinstance(charge, dict) else EMPTY


def _payment(source: StripeObject) -> str | None:
    match source.get("object"):
        case "charge":
            return expandable_id(source, "payment_intent") or text(source, "id")
        case "refund" | "dispute":
            return payment_of(source)
        case _:
            return None


def _subject(line: StripeObject, category: Category, payment: str | None, source: StripeObject) -> str:
    """The subject that the line clears under: the payment, refund, dispute or payout, else the line itself."""
    if category in _OF_A_PAYOUT:
        return expandable_id(line, "source") or text(line, "id")
    if payment is None:
        return text(line, "id")
    return payment if category is Category.PAYMENT else text(source, "id")


def _facts_of_source(kind: str, line: StripeObject, source: StripeObject) -> tuple[Happening, ...]:
    """The facts in the source. That a payment or refund failed is read from events only: they have the instant."""
    match kind, source.get("object"):
        case "charge", "charge":
            fact: Happening | None = immediate_success(source)
        case "refund" | "refund_failure", "refund":
            fact = refund_agreed(source)
        case "dispute" | "dispute_reversal", "dispute":
            fact = dispute_move(line, source)
        case _:
            return ()
    return (fact,) if fact else ()
