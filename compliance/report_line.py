"""A line of a report to the Commission, in its columns. Pure.

PEF Online shows Reference, Donor, Participant, Received by, Nature of donation, Value, Date received and Date accepted;
the rest is what PPERA schedules 6, 7 and 11 ask for. No import format of the Commission was found (reference/uk-rules).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from compliance.check import Check
from compliance.donor_types import ADDRESS, NAME, NUMBER, lacking_facts
from compliance.regulated_gift import RegulatedGift
from ledger.money import GBP, Money

COLUMNS: Mapping[str, str] = {
    "reference": "Reference",
    "donor": "Donor",
    "participant": "Participant",
    "received_by": "Received by",
    "nature": "Nature of donation",
    "value": "Value",
    "received_on": "Date received",
    "accepted_on": "Date accepted",
    "donor_type": "Donor type",
    "address": "Address",
    "number": "Company number",
    "other_facts": "Other details",
    "is_aggregated": "Part of an aggregated donation",
    "returned_on": "Date returned",
    "returned_to": "Returned to",
    "manner": "How returned",
    "reason": "Why returned",
}


@dataclass(frozen=True, slots=True)
class ReportedGift:
    """A line, as text in the order of COLUMNS: days as 2024-06-05, the value in pounds with two decimals."""

    reference: str
    donor: str
    participant: str
    received_by: str
    nature: str
    value: str
    received_on: str
    accepted_on: str
    donor_type: str
    address: str
    number: str
    other_facts: str
    is_aggregated: str
    returned_on: str
    returned_to: str
    manner: str
    reason: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The line for a file."""
        return tuple(getattr(self, field.name) for field in fields(self))


def reported_gift(
    gift: RegulatedGift, check: Check | None, participant: str, received_by: str, is_aggregated: bool
) -> ReportedGift:
    """The line of a gift. Facts that nobody recorded stay empty."""
    record = check.donor if check else None
    decision = check.return_decision if check else None
    facts = dict(record.facts) if record else {}
    return ReportedGift(
        reference=gift.gift_id,
        donor=facts.get(NAME, ""),
        participant=participant,
        received_by=received_by,
        nature=gift.nature.value,
        value=str(gift.value.decimal),
        received_on=gift.received_on.isoformat(),
        accepted_on=_day(check.accepted_on if check else None),
        donor_type=record.donor_type.value if record else "",
        address=facts.get(ADDRESS, ""),
        number=facts.get(NUMBER, ""),
        other_facts="; ".join(value for key, value in sorted(facts.items()) if key not in (NAME, ADDRESS, NUMBER)),
        is_aggregated="yes" if is_aggregated else "no",
        returned_on=_day(check.returned_on if check else None),
        returned_to=decision.recipient.value if decision else "",
        manner=decision.manner if decision else "",
        reason=decision.reason.value if decision else "",
    )


def sum_of(lines: Iterable[ReportedGift]) -> Money:
    """What lines come to."""
    return sum((Money.parse(line.value, GBP) for line in lines), Money(0, GBP))


def as_received(line: ReportedGift) -> ReportedGift:
    """The line of a weekly report: the gift was received, and what became of it stands in later reports."""
    return replace(line, accepted_on="", returned_on="", returned_to="", manner="", reason="")


def missing_of(gift: RegulatedGift, check: Check | None) -> str | None:
    """What keeps a gift from being reported, in a sentence; None: nothing."""
    if check is None:
        return f"{gift.gift_id} has no check: open it, and record who the donor is."
    if (record := check.donor) is None:
        return f"{gift.gift_id}: record who the donor is."
    missing = lacking_facts(record.donor_type, dict(record.facts))
    return f"{gift.gift_id}: record {', '.join(fact.words for fact in missing)}." if missing else None


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
