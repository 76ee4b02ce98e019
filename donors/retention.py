"""How long the law has an organisation keep its records, whoever asks to be erased. Values only.

Erasure does not apply to what the law has kept (UK GDPR article 17(3)(b)). For how many years is a row of the rules.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many years after the end of its financial year a record is kept. That year is taken to be the calendar's.

    `records` is of what the accounts rest on: gifts, receipts, checks. `gift_aid` is of declarations and claims.
    """

    records: int
    gift_aid: int


def kept_until(day: date, years: int) -> date:
    """The last day on which a record of this day has to be kept."""
    return date(day.year + years, 12, 31)


def last_day_to_erase(today: date, years: int) -> date:
    """The latest day whose records need not be kept any more today."""
    return date(today.year - years - 1, 12, 31)
