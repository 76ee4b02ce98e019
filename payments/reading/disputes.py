"""Disputes: the money that they withdraw and reinstate, each time in a balance transaction of its own."""

from ledger.money import Money
from payments.reading.fields import (
    UnexpectedShape,
    instant,
    money,
    objects,
    payment_of,
    positive_money,
    text,
)
from payments.reading.happenings import BalanceChanged, DisputeFundsMoved, Happening, StatusChanged, StatusObject
from payments.stripe.objects import StripeObject

CATEGORIES = ("dispute", "dispute_reversal")


def dispute_changed(_event: StripeObject, dispute: StripeObject) -> tuple[Happening, ...]:
    """A dispute was opened, changed, decided, or moved money. An inquiry, or a prevented dispute, moves none."""
    status = StatusChanged(StatusObject.DISPUTE, text(dispute, "id"))
    moves = _moves(dispute)
    return (*moves, status, BalanceChanged()) if moves else (status,)


def _moves(dispute: StripeObject) -> tuple[DisputeFundsMoved, ...]:
    """Every movement of money that a dispute lists. What Stripe charges for it is a fee, not a movement."""
    return tuple(
        dispute_move(line, dispute)
        for line in objects(dispute, "balance_transactions")
        if text(line, "reporting_category") in CATEGORIES and _moves_money(line)
    )


def dispute_move(line: StripeObject, dispute: StripeObject) -> DisputeFundsMoved:
    """What this balance transaction moved, in the currency of the charge.

    Where the balance has another currency, it is the dispute's own amount, never one by Stripe's rounded rate.
    """
    payment = payment_of(dispute)
    if payment is None:
        raise UnexpectedShape("dispute has no charge")
    amount = _in_currency_of_charge(line, dispute)
    return DisputeFundsMoved(text(line, "id"), text(dispute, "id"), payment, amount, instant(line))


def _in_currency_of_charge(line: StripeObject, dispute: StripeObject) -> Money:
    moved, disputed = money(line), positive_money(dispute)
    if moved.currency == disputed.currency:
        return moved
    return disputed if moved.minor > 0 else -disputed


def _moves_money(line: StripeObject) -> bool:
    return money(line).minor != 0
