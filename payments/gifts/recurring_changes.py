"""A change that a treasurer asks for in a running recurring gift: kept first, then asked of Stripe until it agrees."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.money import Money

# The kind of job that asks Stripe for the waiting changes of one recurring gift: {"recurring": id}. Its subject is
# the recurring gift, so a change never overtakes an earlier one.
CHANGE_RECURRING = "recurring.act"


class NotRunning(ValueError):
    """A recurring gift that has not begun at Stripe, or has ended: nothing about it can be changed."""


class ChangeKind(StrEnum):
    """What is to become of a recurring gift."""

    AMOUNT = "amount"
    PAUSE = "pause"
    RESUME = "resume"
    END_NOW = "end_now"
    END_LATER = "end_later"


@dataclass(frozen=True, slots=True)
class RecurringChange:
    """A change that a treasurer asked for; `id` is its idempotency key at Stripe, `done_at` when Stripe agreed."""

    id: str
    recurring: str
    kind: ChangeKind
    amount: Money | None
    who: str
    requested_at: datetime
    done_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.kind is ChangeKind.AMOUNT) != (self.amount is not None):
            raise ValueError("a change of the amount needs an amount, and no other change has one")
