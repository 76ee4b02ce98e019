"""What the giver of a large gift declares before paying: who they are in law, and that the money is theirs.

PPERA section 54 and schedule 6 say who may give to a regulated body and what has to be recorded of each kind of donor.
Values only.
"""

from dataclasses import dataclass
from enum import StrEnum


class DonorKind(StrEnum):
    """What a donor is in law, as PPERA section 54(2) names them."""

    INDIVIDUAL = "individual"
    COMPANY = "company"
    TRADE_UNION = "trade_union"
    BUILDING_SOCIETY = "building_society"
    LLP = "llp"
    FRIENDLY_SOCIETY = "friendly_society"
    UNINCORPORATED_ASSOCIATION = "unincorporated_association"
    ANOTHER = "another_kind"

    @property
    def has_number(self) -> bool:
        """Whether a number at Companies House must be recorded."""
        return self in (DonorKind.COMPANY, DonorKind.LLP)


@dataclass(frozen=True, slots=True)
class Declaration:
    """Who gives, with the name and address as they stand on the register, and the number there if there is one.

    `words` are the very words that were agreed to, of the text `words_version`.
    """

    kind: DonorKind
    name: str
    address: str
    number: str
    words: str
    words_version: str

    def __post_init__(self) -> None:
        if not self.name or not self.address or not self.words or not self.words_version:
            raise ValueError("a declaration names the donor, their address, and the words that they agreed to")
        if self.kind.has_number and not self.number:
            raise ValueError(f"a {self.kind.value} has a number")
