"""Payouts: what left for the bank, arrived, or came back. Negative when Stripe debits the bank."""

from ledger.money import Money
from payments.reading.happenings import (
    BalanceChanged,
    Happening,
    PayoutArrived,
    PayoutReturned,
    StatusChanged,
    StatusObject,
)
from payments.reading.shapes import Misshapen, Object, instant, money, text


def told(_event: Object, payout: Object) -> tuple[Happening, ...]:
    """A payout was made, sent, changed, or its lines were worked out."""
    return (*_look(payout), BalanceChanged())


def arrived(_event: Object, payout: Object) -> tuple[Happening, ...]:
    """Stripe calls it paid: a hope that its arrival date gives."""
    return PayoutArrived(text(payout, "id"), _amount(payout), instant(payout, "arrival_date")), *_look(payout)


def returned(event: Object, payout: Object) -> tuple[Happening, ...]:
    """It failed, perhaps after it was paid, or was cancelled: the money is in the balance again."""
    return PayoutReturned(text(payout, "id"), _amount(payout), instant(event)), *_look(payout), BalanceChanged()


def _look(payout: Object) -> tuple[Happening, ...]:
    return (StatusChanged(StatusObject.PAYOUT, text(payout, "id")),)


def _amount(payout: Object) -> Money:
    found = money(payout)
    if not found:
        raise Misshapen("payout has no amount")
    return found
