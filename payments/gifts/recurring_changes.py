"""A change that a treasurer asks for in a running recurring gift. It is saved first, then made at Stripe by a job."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.money import Money

# The kind of job that makes the waiting changes of one recurring gift at Stripe: {"recurring": id}. Its subject is
# the recurring gift, so a change never overtakes an earlier one.
CHANGE_RECURRING = "recurring.act"


class NotRunning(ValueError):
    """The recurring gift has not begun at Stripe, or has ended: it cannot be changed."""


class ChangeKind(StrEnum):
    """What to change in a recurring gift."""

    AMOUNT = "amount"
    PAUSE = "pause"
    RESUME = "resume"
    END_NOW = "end_now"
    END_LATER = "end_later"


@dataclass(frozen=True, slots=True)
class RecurringChange:
    """A change that a treasurer asked for; its idempotency keys begin with `id`. `done_at` is when Stripe made it."""

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
