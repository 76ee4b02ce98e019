"""Disputes: the money that they take and give back, each time in a balance transaction of its own."""

from ledger.money import Money
from payments.reading.happenings import BalanceChanged, DisputeFundsMoved, Happening, StatusChanged, StatusObject
from payments.reading.shapes import Misshapen, Object, instant, money, objects, payment_of, positive, text

CATEGORIES = ("dispute", "dispute_reversal")


def told(_event: Object, dispute: Object) -> tuple[Happening, ...]:
    """A dispute was opened, changed, decided, or moved money. An inquiry, or one prevented, has moved none."""
    look = StatusChanged(StatusObject.DISPUTE, text(dispute, "id"))
    found = moves(dispute)
    return (*found, look, BalanceChanged()) if found else (look,)


def moves(dispute: Object) -> tuple[DisputeFundsMoved, ...]:
    """Every movement of money that a dispute lists. What Stripe charges for it is a fee, not a movement."""
    listed = objects(dispute, "balance_transactions")
    return tuple(
        move(line, dispute) for line in listed if text(line, "reporting_category") in CATEGORIES and _moved(line)
    )


def move(line: Object, dispute: Object) -> DisputeFundsMoved:
    """What this balance transaction moved, in the currency of the charge.

    Where the balance is kept in another, the dispute's own amount stands for it, never Stripe's rounded rate.
    """
    payment = payment_of(dispute)
    if payment is None:
        raise Misshapen("dispute has no charge")
    return DisputeFundsMoved(
        text(line, "id"), text(dispute, "id"), payment, _in_its_currency(line, dispute), instant(line)
    )


def _in_its_currency(line: Object, dispute: Object) -> Money:
    own, disputed = money(line), positive(dispute)
    if own.currency == disputed.currency:
        return own
    return disputed if own.minor > 0 else -disputed


def _moved(line: Object) -> bool:
    return money(line).minor != 0
