"""Disputes: the money that they withdraw and reinstate, each time in a balance transaction of its own."""

from payments.reading.fields import (
    UnexpectedShape,
    instant,
    objects,
    payment_of,
    text,
)
from payments.reading.happenings import BalanceChanged, DisputeFundsMoved, Happening, StatusChanged, StatusObject
from payments.reading.original_amounts import original_amount
from payments.stripe.objects import StripeObject

CATEGORIES = ("dispute", "dispute_reversal")


def dispute_changed(_event: StripeObject, dispute: StripeObject) -> tuple[Happening, ...]:
    """A dispute was opened, changed, decided, or moved money. An inquiry, or a prevented dispute, moves none."""
    status = StatusChanged(StatusObject.DISPUTE, text(dispute, "id"))
    moves = _moves(dispute)
    return (*moves, status, BalanceChanged()) if moves else (status,)


def _moves(dispute: StripeObject) -> tuple[DisputeFundsMoved, ...]:
    """Every movement of money that a dispute lists. What Stripe charges for it is a fee, not a movement."""
    lines = [
        line for line in objects(dispute, "balance_transactions") if text(line, "reporting_category") in CATEGORIES
    ]
    return tuple(move for line in lines if (move := dispute_move(line, dispute)))


def dispute_move(line: StripeObject, dispute: StripeObject) -> DisputeFundsMoved | None:
    """What this balance transaction moved, in the currency of the charge.

    None where it moved nothing of the charge: a line of zero, or one that corrects an exchange.
    """
    payment = payment_of(dispute)
    if payment is None:
        raise UnexpectedShape("dispute has no charge")
    amount = original_amount(line, dispute)
    if not amount:
        return None
    return DisputeFundsMoved(text(line, "id"), text(dispute, "id"), payment, amount, instant(line))
