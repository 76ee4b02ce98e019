"""Refunds: money that is to go back, and refunds that came to nothing."""

from payments.reading.happenings import BalanceChanged, Happening, RefundAgreed, RefundFailed
from payments.reading.shapes import Misshapen, Object, before, instant, payment_of, positive, text

UNDONE = ("failed", "canceled")


def told(_event: Object, refund: Object) -> tuple[Happening, ...]:
    """A refund was agreed."""
    return (*_agreed(refund), BalanceChanged())


def changed(event: Object, refund: Object) -> tuple[Happening, ...]:
    """A refund changed; it is undone if this change is what undid it, and not one that came later."""
    if text(refund, "status") not in UNDONE:
        return told(event, refund)
    changes = before(event)
    if changes is None:
        raise Misshapen("the event says not what changed")
    return failed(event, refund) if "status" in changes else told(event, refund)


def failed(event: Object, refund: Object) -> tuple[Happening, ...]:
    """The donor's bank sent it back, or it was called off."""
    return (*_agreed(refund), *_undone(event, refund), BalanceChanged())


def agreed(refund: Object) -> RefundAgreed | None:
    """The fact of a refund. None for one of no charge: it returns money that was never a payment."""
    payment = payment_of(refund)
    return RefundAgreed(text(refund, "id"), payment, positive(refund), instant(refund)) if payment else None


def _agreed(refund: Object) -> tuple[Happening, ...]:
    found = agreed(refund)
    return (found,) if found else ()


def _undone(event: Object, refund: Object) -> tuple[Happening, ...]:
    payment = payment_of(refund)
    return (RefundFailed(text(refund, "id"), payment, positive(refund), instant(event)),) if payment else ()
