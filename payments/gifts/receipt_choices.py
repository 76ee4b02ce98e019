"""How a donor gets the receipts of a recurring gift: each by a letter, or one statement a year. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from payments.gifts.recurring import ReceiptLetters


@dataclass(frozen=True, slots=True)
class ReceiptChoice:
    """What a donor chose on a day, in the organisation's time zone. It holds from then on, until they choose again."""

    letters: ReceiptLetters
    day: date


def letters_on(choices: Sequence[ReceiptChoice], day: date) -> ReceiptLetters:
    """What is mailed for a gift of that day. `choices` are all of its recurring gift, the earliest first."""
    made = [choice.letters for choice in choices if choice.day <= day]
    return made[-1] if made else ReceiptLetters.EACH


def has_statement(choices: Sequence[ReceiptChoice], year: int) -> bool:
    """Whether a statement was chosen on any day of that year: then a gift of it may have had no letter."""
    following = [choice.day.year for choice in choices[1:]]
    return any(
        choice.letters is ReceiptLetters.YEARLY and choice.day.year <= year <= until
        for choice, until in zip(choices, [*following, date.max.year], strict=False)
    )
