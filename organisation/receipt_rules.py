"""For which law an organisation's receipts are written, and what it says of itself for it. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Jurisdiction(StrEnum):
    """The law that a receipt is written for. `receipts/jurisdictions.py` has what each prescribes."""

    UK = "uk"
    UK_CHARITY = "uk_charity"
    US_CHARITY = "us_charity"
    US_POLITICAL = "us_political"
    CANADA = "canada"


JURISDICTIONS: Mapping[Jurisdiction, str] = {
    Jurisdiction.UK: "United Kingdom: not a charity",
    Jurisdiction.UK_CHARITY: "United Kingdom: charity",
    Jurisdiction.US_CHARITY: "United States: acknowledgement of a 501(c)(3) organisation",
    Jurisdiction.US_POLITICAL: "United States: political, gifts are not deductible",
    Jurisdiction.CANADA: "Canada: official receipt of a registered charity",
}
UNSTATED = ""
"""No law was chosen: receipts say what the organisation's kind implies, and ask for nothing more."""

REGISTRATION, PLACE, SIGNATORY = "registration_number", "place_of_issue", "signatory"
OWN_FACTS: Mapping[str, str] = {
    REGISTRATION: "Registration number",
    PLACE: "Place where receipts are issued",
    SIGNATORY: "Name and office of who signs receipts",
}
"""What an organisation says of itself on receipts, by the names that they are kept under."""


@dataclass(frozen=True)
class ReceiptRules:
    """How the organisation's receipts are written.

    `jurisdiction` is one of Jurisdiction, or UNSTATED. `facts` has the OWN_FACTS that were entered. `archived`: they
    are printed for long archiving (PDF/A-3), with their data inside.
    """

    jurisdiction: str = UNSTATED
    facts: Mapping[str, str] = field(default_factory=dict)
    archived: bool = False
