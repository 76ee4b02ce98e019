"""What a treasurer may have done to a running recurring gift: kept first, then asked of Stripe until it answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.money import Money


class Act(StrEnum):
    """What is to become of a recurring gift."""

    AMOUNT = "amount"
    PAUSE = "pause"
    RESUME = "resume"
    END_NOW = "end_now"
    END_LATER = "end_later"


@dataclass(frozen=True, slots=True)
class Wish:
    """An act that somebody asked for; `id` is its idempotency key at Stripe, `done_at` when Stripe agreed."""

    id: str
    recurring: str
    act: Act
    amount: Money | None
    who: str
    asked_at: datetime
    done_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.act is Act.AMOUNT) != (self.amount is not None):
            raise ValueError("another amount, and nothing else, needs an amount")
