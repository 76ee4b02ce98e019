"""A change that a donor or a treasurer asks for in a running recurring gift.

It is saved first, then made at Stripe by a job.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.money import Money
from payments.gifts.due_dates import promised_day
from payments.gifts.recurring import Interval

# The kind of job that makes the waiting changes of one recurring gift at Stripe: {"recurring": id}. Its subject is
# the recurring gift, so a change never overtakes an earlier one.
CHANGE_RECURRING = "recurring.act"
BY_DONOR = "donor"  # who asked, where it was the donor
LONGEST_PAUSE = 12  # months
# Stripe collects an instalment about an hour after it is due; a day later it has been left out for certain.
LEFT_OUT_WITHIN = timedelta(days=1)


class NotRunning(ValueError):
    """The recurring gift has not begun at Stripe, or has ended: it cannot be changed."""


class ChangeKind(StrEnum):
    """What to change in a recurring gift."""

    AMOUNT = "amount"
    DAY = "day"
    PAUSE = "pause"
    RESUME = "resume"
    END_NOW = "end_now"
    END_LATER = "end_later"


class StopReason(StrEnum):
    """Why a donor stops, if they say so."""

    MONEY = "money"
    OTHER_CAUSES = "other_causes"
    UNHAPPY = "unhappy"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class RecurringChange:
    """A change that was asked for; its idempotency keys begin with `id`. `done_at` is when Stripe made it.

    `until` is when a pause ends by itself; without it, it lasts until somebody ends it. `day` is the new day of the
    month.
    """

    id: str
    recurring: str
    kind: ChangeKind
    amount: Money | None
    who: str
    requested_at: datetime
    done_at: datetime | None = None
    until: datetime | None = None
    day: int | None = None
    reason: StopReason | None = None

    def __post_init__(self) -> None:
        if (self.kind is ChangeKind.AMOUNT) != (self.amount is not None):
            raise ValueError("a change of the amount needs an amount, and no other change has one")
        if (self.kind is ChangeKind.DAY) != (self.day is not None):
            raise ValueError("a change of the day needs a day, and no other change has one")
        if self.until is not None and self.kind is not ChangeKind.PAUSE:
            raise ValueError("only a pause ends by itself")


def skip_until(next_at: datetime) -> datetime:
    """Until when a pause lasts that leaves out the next instalment, and no other."""
    return next_at + LEFT_OUT_WITHIN


def pause_until(months: int, interval: Interval, next_at: datetime, now: datetime) -> datetime:
    """Until when a pause of so many months lasts: of a monthly gift it leaves out as many instalments."""
    if not 1 <= months <= LONGEST_PAUSE:
        raise ValueError(f"a pause lasts 1 to {LONGEST_PAUSE} months")
    if interval is Interval.MONTH:
        return _months_after(next_at, months - 1) + LEFT_OUT_WITHIN
    return _months_after(now, months)


def _months_after(instant: datetime, months: int) -> datetime:
    return datetime.combine(promised_day(instant.date(), Interval.MONTH, months), instant.timetz())
