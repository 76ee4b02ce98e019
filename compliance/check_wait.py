"""A gift that waits: nobody can say yet whether it needs a check; and what staff said that one is worth. Pure."""

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
    donor: str
    amount: Money
    received_on: date
    why: CheckWaitReason
    since: datetime


class CorrectionReason(StrEnum):
    """Why a value is put right. It is chosen, not typed: the log of acts is kept for ever, and names nobody."""

    MISTYPED = "mistyped"
    OTHER_RATE = "other_rate"
    OTHER_VALUE = "other_value"

    @property
    def words(self) -> str:
        """As the form and the log say it."""
        return _CORRECTIONS[self]


_CORRECTIONS = {
    CorrectionReason.MISTYPED: "It was typed wrongly",
    CorrectionReason.OTHER_RATE: "The rate of that day was another",
    CorrectionReason.OTHER_VALUE: "What was given sells for another sum",
}


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """What a member of staff said that a gift is worth in pounds, and where they read it."""

    gift_id: str
    donor: str
    amount: Money
    received_on: date
    value: Money
    source: str
    who: str
    at: datetime
    has_check: bool
