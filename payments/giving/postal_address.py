"""A donor's postal address, where the law that receipts are written for wants it on them. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where a donor lives. `street` may have several lines; `region` is a province or state, and may be empty.

    `country` is empty for a donor in the organisation's own.
    """

    street: str
    town: str
    region: str
    postcode: str
    country: str

    def __post_init__(self) -> None:
        if not (self.street and self.town and self.postcode):
            raise ValueError("a postal address has a street, a town and a postal code")

    @property
    def lines(self) -> tuple[str, ...]:
        """The address as it is printed: the street, the town with region and postal code, and the country."""
        where = " ".join(part for part in (self.town, self.region, self.postcode) if part)
        return (*self.street.splitlines(), where, *([self.country] if self.country else []))
