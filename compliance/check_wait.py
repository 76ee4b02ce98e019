"""A gift that waits: nobody can say yet whether it needs a check. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ledger.money import Money


class CheckWaitReason(StrEnum):
    """What is missing: what the gift is worth in pounds, or a rule or another fact that the check goes by."""

    VALUE = "value"
    FACTS = "facts"

    @property
    def words(self) -> str:
        """What is to be done, for the desk."""
        return _WORDS[self]


_WORDS = {
    CheckWaitReason.VALUE: "Say what it is worth in pounds: the rules count in pounds.",
    CheckWaitReason.FACTS: "A rule for its day is missing: add it, with its source.",
}


@dataclass(frozen=True, slots=True)
class WaitingGift:
    """A received gift that could not be looked at. Its money is not to be spent until it was."""

    gift_id: str
    amount: Money
    received_on: date
    why: CheckWaitReason
    since: datetime
