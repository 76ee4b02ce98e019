"""What differs between two versions of the organisation, in words for the desk. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from organisation.organisation import KINDS, REGIMES, OrganisationProfile
from organisation.receipt_rules import JURISDICTIONS, PLACE, REGISTRATION, SIGNATORY

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field that differs: its name, and what it said before and says now."""

    label: str
    before: str
    after: str


def differences(before: OrganisationProfile, after: OrganisationProfile) -> list[ChangedField]:
    """What differs, in the order of the desk's forms."""
    old, new = _words(before), _words(after)
    return [
        ChangedField(label, old.get(label, "") or NOTHING, new.get(label, "") or NOTHING)
        for label in dict.fromkeys([*old, *new])
        if old.get(label, "") != new.get(label, "")
    ]


def _words(profile: OrganisationProfile) -> Mapping[str, str]:
    organisation, notices = profile.organisation, profile.notices
    return {
        "Kind": KINDS[profile.kind],
        "Name": organisation.name,
        "Address": ", ".join(organisation.address),
        "Email": organisation.email,
        "Website": organisation.url,
        "Imprint": organisation.imprint,
        "Legal note": organisation.legal_note,
        "Rules on political donations": REGIMES.get(profile.regime, profile.regime),
        "Amounts and dates": profile.locale,
        "Languages besides it": ", ".join(profile.languages),
        "Privacy notice": notices.privacy or f"standard, version {notices.privacy_version}",
        "Transparency notice": notices.transparency,
        "Consent is asked for": "; ".join(
            f"{channel}: {own or 'standard words'}" for channel, own in notices.consent.items()
        ),
        "Colour": profile.look.colour or "the standard green",
        "Logo": f"picture {profile.look.logo[:8]}" if profile.look.logo else "",
        "Websites with our widget": ", ".join(profile.framed_by),
        "Law of receipts": JURISDICTIONS.get(profile.receipts.jurisdiction, profile.receipts.jurisdiction),
        "Registration number": profile.receipts.facts.get(REGISTRATION, ""),
        "Place of issue": profile.receipts.facts.get(PLACE, ""),
        "Who signs receipts": profile.receipts.facts.get(SIGNATORY, ""),
        "Receipts for archiving": "PDF/A-3" if profile.receipts.archived else "",
        "How often": ", ".join(["once", *profile.giving.intervals]),
        **dict(_amounts(profile)),
    }


def _amounts(profile: OrganisationProfile) -> Iterator[tuple[str, str]]:
    rules = profile.giving
    for code, amounts in sorted(rules.suggested.items()):
        yield f"Suggested amounts in {code}, smallest unit", ", ".join(str(amount) for amount in amounts)
    for code, smallest in sorted(rules.smallest.items()):
        yield f"Smallest gift in {code}, smallest unit", str(smallest)
    for code, (points, fixed) in sorted(rules.fees.items()):
        yield f"Fees in {code}, hundredths of a per cent and smallest unit", f"{points} and {fixed}"
    for code, above in sorted(rules.declare_above.items()):
        yield f"Donors declare who they are above, in {code}, smallest unit", str(above)
