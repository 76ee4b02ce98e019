"""Who declares that they pay UK tax: name and home address, as HMRC finds a taxpayer by them. Values only."""

import re
from dataclasses import dataclass

LONGEST_NAME, LONGEST_HOUSE, LONGEST_STREET = 35, 40, 200
# What HMRC's schedule has in place of the postcode of a taxpayer who lives abroad.
ABROAD = "X"
# HMRC's own pattern, of GiftAidValidationService.scala (github.com/hmrc/charities-claims-validation, read 2026-11).
POSTCODE = re.compile(
    r"GIR 0AA|(?:[A-Z][0-9][0-9]?|[A-Z][A-HJ-Y][0-9][0-9]?|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z]) [0-9][A-Z]{2}"
)
_INWARD = 3


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """A person with their home address.

    `house` is its name or number, `street` the rest of it but for the postcode. `postcode` is in capitals with one
    space, or `X` for a taxpayer who lives abroad: then `house` and `street` are the whole address.
    """

    first_name: str
    last_name: str
    house: str
    street: str
    postcode: str

    def __post_init__(self) -> None:
        if not (self.first_name and self.last_name and self.house):
            raise ValueError("a taxpayer has a first name, a last name, and a house")
        if self.postcode != ABROAD and not POSTCODE.fullmatch(self.postcode):
            raise ValueError(f"{self.postcode!r} is no UK postcode")
        if self.postcode == ABROAD and not self.street:
            raise ValueError("the whole address of a taxpayer abroad is kept")

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def lives_abroad(self) -> bool:
        """Whether they live outside the UK."""
        return self.postcode == ABROAD

    @property
    def address(self) -> tuple[str, ...]:
        """The home address: house and street, and the postcode where there is one."""
        where = f"{self.house} {self.street}".strip()
        return (where,) if self.lives_abroad else (where, self.postcode)


def tidy_postcode(typed: str) -> str | None:
    """A UK postcode as HMRC wants it, `M99 2QD` for `m992qd`; None for what is none."""
    letters = re.sub(r"[\s.-]+", "", typed).upper()
    postcode = f"{letters[:-_INWARD]} {letters[-_INWARD:]}"
    return postcode if POSTCODE.fullmatch(postcode) else None
