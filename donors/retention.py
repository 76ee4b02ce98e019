"""How long the law has an organisation keep its accounting records, whoever asks to be erased. Values only.

Six years from the end of the financial year: parties by PPERA 2000 section 41, charities by the Charities Act 2011
section 131 (read 2026-11); erasure does not apply to what the law has kept (UK GDPR article 17(3)(b)). The financial
year is taken to be the calendar year.
"""

from datetime import date

KEPT_YEARS = 6


def kept_until(day: date) -> date:
    """The last day on which a record of this day has to be kept."""
    return date(day.year + KEPT_YEARS, 12, 31)


def last_day_to_erase(today: date) -> date:
    """The latest day whose records need not be kept any more today."""
    return date(today.year - KEPT_YEARS - 1, 12, 31)
