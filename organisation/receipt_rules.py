"""For which law an organisation's receipts are written, and what it says of itself for it. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Jurisdiction(StrEnum):
    """The law that a receipt is written for. `receipts/jurisdictions.py` has what each prescribes."""

    UK = "uk"
    UK_CHARITY = "uk_charity"
    US_CHARITY = "us_charity"
    US_POLITICAL = "us_political"
    CANADA = "canada"


UNSTATED = ""
"""No law was chosen: receipts say what the organisation's kind implies, and ask for nothing more."""

JURISDICTIONS: Mapping[str, str] = {
    UNSTATED: "None chosen: United Kingdom, by what the organisation is",
    Jurisdiction.UK: "United Kingdom: not a charity",
    Jurisdiction.UK_CHARITY: "United Kingdom: registered charity",
    Jurisdiction.US_CHARITY: "United States: acknowledgement of a 501(c)(3) organisation",
    Jurisdiction.US_POLITICAL: "United States: political, gifts are not deductible",
    Jurisdiction.CANADA: "Canada: official receipt of a registered charity",
}

ADDRESS_LAWS = frozenset({Jurisdiction.CANADA, Jurisdiction.US_POLITICAL})
"""The laws under which donors are asked for their postal address; `receipts/jurisdictions.py` says why."""

REGISTRATION, PLACE, SIGNATORY = "registration_number", "place_of_issue", "signatory"
OWN_FACTS: Mapping[str, Sequence[str]] = {
    Jurisdiction.UK_CHARITY: (REGISTRATION,),
    Jurisdiction.US_CHARITY: (REGISTRATION,),
    Jurisdiction.CANADA: (REGISTRATION, PLACE, SIGNATORY),
}
"""What the organisation must say of itself for a law, by the names that its receipts keep it under."""


@dataclass(frozen=True)
class ReceiptRules:
    """How the organisation's receipts are written.

    `jurisdiction` is one of Jurisdiction, or UNSTATED. `facts` has what was entered for OWN_FACTS. `archived`: they are
    printed for long archiving (PDF/A-3), with their data inside.
    """

    jurisdiction: str = UNSTATED
    facts: Mapping[str, str] = field(default_factory=dict)
    archived: bool = False

    @property
    def legal_facts(self) -> tuple[tuple[str, str], ...]:
        """The facts that its law asks for, as a receipt keeps them."""
        names = OWN_FACTS.get(self.jurisdiction, ())
        return tuple((name, self.facts[name]) for name in names if self.facts.get(name))


UNSTATED_RULES = ReceiptRules()
"""Those of an organisation that has chosen none."""
