"""Reads the desk's form about receipts: the law that they are written for, and what it wants to know of us."""

from dataclasses import replace

from organisation.organisation import OrganisationProfile
from organisation.receipt_rules import JURISDICTIONS, OWN_FACTS, PLACE, REGISTRATION, SIGNATORY, ReceiptRules
from organisation.sections import SectionErrors, SectionFields, WrongFields
from web.typed import NotTidy, tidy

RECEIPTS = ("jurisdiction", REGISTRATION, PLACE, SIGNATORY, "archived")
LONGEST_FACT = 80
_MISSING = {
    REGISTRATION: "Enter the registration number: it stands on every receipt.",
    PLACE: "Enter the town where receipts are issued, such as Toronto, Ontario.",
    SIGNATORY: "Enter the name and office of who signs the receipts.",
}


def receipts_fields(profile: OrganisationProfile) -> SectionFields:
    """The form about receipts as the profile fills it in."""
    rules = profile.receipts
    facts = {name: rules.facts.get(name, "") for name in _MISSING}
    return {"jurisdiction": rules.jurisdiction, "archived": "yes" if rules.archived else "", **facts}


def read_receipts(fields: SectionFields, profile: OrganisationProfile) -> OrganisationProfile:
    """The profile with these rules of receipts; raises SectionErrors. What another law asks for is kept."""
    errors: WrongFields = {}
    jurisdiction = fields.get("jurisdiction", "")
    if jurisdiction not in JURISDICTIONS:
        errors["jurisdiction"] = "Choose one of these."
    facts = {name: fact for name in _MISSING if (fact := _read_fact(fields, name, errors))}
    for name in OWN_FACTS.get(jurisdiction, ()):
        if name not in facts:
            errors.setdefault(name, _MISSING[name])
    if errors:
        raise SectionErrors(errors)
    return replace(profile, receipts=ReceiptRules(jurisdiction, facts, bool(fields.get("archived"))))


def _read_fact(fields: SectionFields, name: str, errors: WrongFields) -> str:
    try:
        return tidy(fields.get(name, ""), LONGEST_FACT)
    except NotTidy as error:
        errors[name] = str(error)
        return ""
