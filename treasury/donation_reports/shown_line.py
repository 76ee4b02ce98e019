"""A line of a report as pages and paper show it: days as days, amounts as money, codes in words."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date

from compliance.report import UnrecordedFact
from compliance.report_line import COLUMNS, ReportedGift
from compliance.report_words import cell_words
from ledger.money import GBP, Money

_GIFT_ID = re.compile(r"\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
# What stands under the donor's name, in this order; a line without the fact leaves it out.
_DETAILS = ("donor_type", "address", "number", "other_facts")


@dataclass(frozen=True, slots=True)
class ShownLine:
    """The gift, who gave it, and what became of it. `details` are the donor's facts with their column's heading."""

    gift_id: str
    donor: str
    details: tuple[tuple[str, str], ...]
    participant: str
    received_by: str
    nature: str
    value: Money
    received_on: date | None
    accepted_on: date | None
    is_aggregated: bool
    returned_on: date | None
    returned_to: str
    manner: str
    reason: str

    @property
    def check(self) -> str:
        """The page of its check."""
        return f"/desk/checks/{self.gift_id}"

    @property
    def gift(self) -> str:
        """The page of the gift."""
        return f"/desk/gifts/{self.gift_id}"


@dataclass(frozen=True, slots=True)
class ShownFact:
    """What is to be recorded of a gift, and the page where it is recorded: that of its check, or its own."""

    path: str
    sentence: str


def shown_facts(missing: Iterable[UnrecordedFact], checked: Container[str]) -> list[ShownFact]:
    """What a report lacks, gift by gift; `checked` are the ids of gifts that have a check."""
    return [
        ShownFact(
            f"/desk/{'checks' if fact.gift_id in checked else 'gifts'}/{fact.gift_id}", with_short_ids(fact.sentence)
        )
        for fact in missing
    ]


def with_short_ids(text: str) -> str:
    """A sentence that names gifts as their pages do: by the first eight letters of their ids."""
    return _GIFT_ID.sub(lambda gift: f"Gift {gift[1].upper()}", text)


def shown_lines(lines: Iterable[ReportedGift]) -> list[ShownLine]:
    """These lines, in their order."""
    return [_shown(line) for line in lines]


def _shown(line: ReportedGift) -> ShownLine:
    facts = ((name, cell_words(name, getattr(line, name))) for name in _DETAILS)
    return ShownLine(
        line.reference,
        line.donor,
        tuple((COLUMNS[name], fact) for name, fact in facts if fact),
        line.participant,
        line.received_by,
        cell_words("nature", line.nature),
        Money.parse(line.value, GBP),
        _day(line.received_on),
        _day(line.accepted_on),
        line.is_aggregated == "yes",
        _day(line.returned_on),
        cell_words("returned_to", line.returned_to),
        line.manner,
        cell_words("reason", line.reason),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
