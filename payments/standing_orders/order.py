"""A standing order: what is expected of it, and the reference by which its transfers are known. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, takewhile

from ledger.money import Money
from payments.gifts.due_dates import promised_day
from payments.gifts.recurring import Interval

# Without letters and digits that are taken for each other, and of a prime number: so the check letter tells any wrong
# letter, and any two neighbours that changed places.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
LENGTH = 6
_WORD = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{3}[- ]?[0-9A-Z]{3}(?![0-9A-Z])")
MOST_SHOWN = 24


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """What a donor has told their bank to pay. `ended_on` is the last day on which something is expected."""

    id: str
    reference: str
    donor_id: str
    campaign: int
    amount: Money
    interval: Interval
    first_day: date
    ended_on: date | None = None

    @property
    def shown_reference(self) -> str:
        """The reference as people copy it: `K7Q-M4R`."""
        return f"{self.reference[:3]}-{self.reference[3:]}"


@dataclass(frozen=True, slots=True)
class ExpectedGift:
    """A day on which a transfer is due, and the gift that came for it, if it came."""

    due_on: date
    gift: str | None


def make_reference(letters: Sequence[int]) -> str:
    """A reference of these random numbers, with its check letter at the end."""
    body = "".join(LETTERS[number % len(LETTERS)] for number in letters[: LENGTH - 1])
    return body + LETTERS[_weighted(body) % len(LETTERS)]


def is_reference(text: str) -> bool:
    """Whether this is a reference whose check letter fits."""
    if len(text) != LENGTH or any(letter not in LETTERS for letter in text):
        return False
    return LETTERS[_weighted(text[:-1]) % len(LETTERS)] == text[-1]


def references_in(text: str) -> list[str]:
    """The references in what a bank statement says, each once: as one word, or with a dash or a space in its middle."""
    words = [re.sub("[- ]", "", match[0]) for match in _WORD.finditer(text.upper())]
    return list(dict.fromkeys(word for word in words if is_reference(word)))


def _weighted(body: str) -> int:
    return sum(weight * LETTERS.index(letter) for weight, letter in enumerate(body, 1))


def expected_gifts(order: StandingOrder, today: date, came: Mapping[date, str]) -> list[ExpectedGift]:
    """The days that were due until today, the newest first, and the next one; `came`: gifts by their due day."""
    days = (promised_day(order.first_day, order.interval, n) for n in count())
    due = list(takewhile(lambda day: day <= today and (order.ended_on is None or day <= order.ended_on), days))
    upcoming = promised_day(order.first_day, order.interval, len(due))
    if order.ended_on is None or upcoming <= order.ended_on:
        due.append(upcoming)
    return [ExpectedGift(day, came.get(day)) for day in reversed(due[-MOST_SHOWN:])]


def due_for(expected: Sequence[ExpectedGift], day: date) -> date | None:
    """Which due day a transfer of this day is for: the nearest that nothing has come for."""
    unpaid = [each.due_on for each in expected if each.gift is None]
    return min(unpaid, key=lambda due: (abs(due - day), due), default=None)
