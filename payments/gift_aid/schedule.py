"""The lines of HMRC's Gift Aid schedule, and HMRC's own rules for each cell. Pure.

The rules are those of HMRC's validator, which is open code: GiftAidValidationService.scala in
github.com/hmrc/charities-claims-validation at 98bf332 (6 July 2026).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import Money
from payments.gift_aid.latin_text import is_kept_by_hmrc, latin_text
from payments.gift_aid.taxpayer import ABROAD, LONGEST_HOUSE, LONGEST_NAME, POSTCODE, Taxpayer

# A schedule has room for so many donations.
MOST_ROWS = 1_000
_LARGEST_MINOR = 999_999_999_999_999


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One donation, as HMRC reads it."""

    first_name: str
    last_name: str
    house: str
    postcode: str
    day: date
    amount: Money


@dataclass(frozen=True, slots=True)
class GiftAidSchedule:
    """One schedule: up to 1,000 donations, and the tax that was claimed too much before, if there is any.

    `earliest_day` is that of the whole claim.
    """

    earliest_day: date
    over_claimed_tax: Money | None
    lines: Sequence[ScheduleLine]


def schedule_line(taxpayer: Taxpayer, day: date, amount: Money) -> ScheduleLine:
    """The line of a donation, in HMRC's letters.

    HMRC asks for a first name without spaces, and for a space in place of a hyphen in a last name. Of a taxpayer abroad
    the house has the whole address, as far as it fits.
    """
    house = taxpayer.address[0].replace("\n", ", ") if taxpayer.lives_abroad else taxpayer.house
    return ScheduleLine(
        latin_text(taxpayer.first_name).partition(" ")[0][:LONGEST_NAME],
        " ".join(latin_text(taxpayer.last_name).replace("-", " ").split())[:LONGEST_NAME].strip(),
        latin_text(house)[:LONGEST_HOUSE].strip(" ,"),
        taxpayer.postcode,
        day,
        amount,
    )


def line_faults(line: ScheduleLine, today: date) -> Iterator[str]:
    """What HMRC would refuse in a line, in words."""
    texts = ("first name", line.first_name, LONGEST_NAME), ("last name", line.last_name, LONGEST_NAME)
    for what, text, longest in (*texts, ("house name or number", line.house, LONGEST_HOUSE)):
        if not text or len(text) > longest or not all(map(is_kept_by_hmrc, text)):
            yield f"HMRC cannot read the {what}"
    if line.postcode != ABROAD and not POSTCODE.fullmatch(line.postcode):
        yield "it has no UK postcode"
    if line.day > today:
        yield "its day has not come"
    if not 1 <= line.amount.minor <= _LARGEST_MINOR:
        yield "its amount is nothing, or too large for the schedule"


def schedules(
    lines: Sequence[ScheduleLine], earliest_day: date, over_claimed_tax: Money | None
) -> list[GiftAidSchedule]:
    """The schedules of a claim, 1,000 lines each. The tax that was claimed too much stands in the first alone."""
    starts = range(0, max(len(lines), 1), MOST_ROWS)
    return [
        GiftAidSchedule(earliest_day, None if start else over_claimed_tax, lines[start : start + MOST_ROWS])
        for start in starts
    ]
