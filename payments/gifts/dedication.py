"""Whom a gift is in honour or in memory of. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class DedicationKind(StrEnum):
    """Why somebody is named with a gift."""

    HONOUR = "honour"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Dedication:
    """A gift in honour or in memory of `name`. A letter about it goes to `letter_to`, unless that is empty."""

    kind: DedicationKind
    name: str
    letter_to: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a dedication names somebody")
