"""Where donors of each type are looked up: `registers.csv`, with the official address, its source and how it is known.

A register that moves is a changed row, and no change of the program.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compliance.donor_types import DonorType


@dataclass(frozen=True, slots=True)
class OfficialRegister:
    """A register or paper in which a donor of this type is looked up. `address` is empty for one that is on no page."""

    donor_type: DonorType
    name: str
    address: str
    note: str
    confidence: str
    source: str


@cache
def official_registers() -> Sequence[OfficialRegister]:
    """Every row, in the order in which a page offers them."""
    with Path(__file__).with_name("registers.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        OfficialRegister(
            DonorType(row["donor_type"]), row["name"], row["address"], row["note"], row["confidence"], row["source"]
        )
        for row in rows
    ]


def registers_for(donor_type: DonorType) -> list[OfficialRegister]:
    """Where a donor of this type is looked up; empty for a type that the rules do not list."""
    return [register for register in official_registers() if register.donor_type is donor_type]
