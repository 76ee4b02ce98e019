"""A refund that a treasurer asks for, and what may be asked for. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.money import Money
from payments.gifts.gift import Allocation, Gift
from payments.reading.happenings import ChosenParts

# The kind of job that asks Stripe: {"request": id}.
ASK_REFUND = "refund.ask"


class RefundReason(StrEnum):
    """Why money goes back, in Stripe's words."""

    WISHED = "requested_by_customer"
    DUPLICATE = "duplicate"


class CannotRefund(ValueError):
    """More than is left of the payment, nothing at all, or another refund of it is being asked for."""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What was asked for, and Stripe's answer once it is there: a refund, or why it refused.

    `waits_for` is what Stripe said that the refund waits for, such as `insufficient_funds`.
    """

    id: str
    gift: str
    payment: str
    amount: Money
    parts: ChosenParts
    reason: RefundReason
    who: str
    asked_at: datetime
    answered_at: datetime | None = None
    refund: str | None = None
    waits_for: str | None = None
    refusal: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether Stripe has not answered yet."""
        return self.answered_at is None


@dataclass(frozen=True, slots=True)
class ShareLeft:
    """A gift's share, what was paid for it, and what of that can still go back."""

    share: Allocation
    paid: Money
    left: Money


@dataclass(frozen=True, slots=True)
class PaymentLeft:
    """A payment of a gift, share by share. `method` is how it was paid, as receipts print it."""

    payment: str
    method: str
    paid_at: datetime
    shares: tuple[ShareLeft, ...]

    @property
    def left(self) -> Money:
        """What can still go back of the whole payment."""
        return sum((share.left for share in self.shares[1:]), self.shares[0].left)


def payment_left(
    gift: Gift, paid: tuple[str, str, datetime], came: Sequence[Money], went: Sequence[tuple[int, Money]]
) -> PaymentLeft:
    """What is left of a payment (its id, method and instant), of which `came` for each share and `went` away."""
    payment, method, at = paid
    gone: dict[int, int] = {}
    for share, part in went:
        gone[share] = gone.get(share, 0) + part.minor
    shares = zip(gift.allocations, came, strict=True)
    return PaymentLeft(payment, method, at, tuple(_left(share, part, gone) for share, part in shares))


def _left(share: Allocation, paid: Money, gone: Mapping[int, int]) -> ShareLeft:
    return ShareLeft(share, paid, Money(max(0, paid.minor - gone.get(share.n, 0)), paid.currency))


def chosen_parts(payment: PaymentLeft, wanted: Mapping[int, Money]) -> ChosenParts:
    """What is wanted of each share, by its number, as a request keeps it. Raises CannotRefund."""
    left = {share.share.n: share.left for share in payment.shares}
    if not any(wanted.values()) or not wanted.keys() <= left.keys():
        raise CannotRefund("nothing was chosen")
    if any(part.minor < 0 or part.minor > left[share].minor for share, part in wanted.items()):
        raise CannotRefund("more than is left")
    return tuple((share, part.minor) for share, part in sorted(wanted.items()) if part)
