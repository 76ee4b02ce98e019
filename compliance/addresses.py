"""Where reports are sent: the Commission's addresses as the product brings them, each with its source."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path


class AddressWay(StrEnum):
    """How a report reaches the Commission: its own service, PEF Online; by post; by email."""

    ONLINE = "online"
    POST = "post"
    EMAIL = "email"


WAY_WORDS: Mapping[AddressWay, str] = {
    AddressWay.ONLINE: "Online",
    AddressWay.POST: "By post",
    AddressWay.EMAIL: "By email",
}


@dataclass(frozen=True, slots=True)
class CommissionAddress:
    """An address of the Commission, and where it was read. `confidence` is as of rules (`compliance.rule`)."""

    way: AddressWay
    address: str
    source: str
    confidence: str

    def __post_init__(self) -> None:
        if not self.address.strip() or not self.source.strip():
            raise ValueError("an address is entered with its source")

    @property
    def is_verified(self) -> bool:
        """Whether it was read at its source, every letter of it."""
        return self.confidence == "verified"


@cache
def shipped_addresses() -> Sequence[CommissionAddress]:
    """The addresses that the product brings."""
    with Path(__file__).with_name("addresses.csv").open(newline="", encoding="utf-8") as file:
        return tuple(
            CommissionAddress(AddressWay(row["way"]), row["address"], row["source"], row["confidence"])
            for row in csv.DictReader(file)
        )
