"""A profile of the organisation as plain values, as its columns and the log of acts keep it, and back."""

from collections.abc import Mapping
from typing import Any

from organisation.organisation import (
    GivingRules,
    Look,
    Notices,
    Organisation,
    OrganisationKind,
    OrganisationProfile,
)
from organisation.receipt_rules import ReceiptRules


def profile_values(profile: OrganisationProfile) -> dict[str, Any]:
    """The values by the names of their columns. The time zone is the installation's and not kept."""
    organisation, giving, notices = profile.organisation, profile.giving, profile.notices
    return {
        "name": organisation.name,
        "address": list(organisation.address),
        "email": organisation.email,
        "website": organisation.url,
        "imprint": organisation.imprint,
        "legal_note": organisation.legal_note,
        "kind": profile.kind.value,
        "regime": profile.regime,
        "locale": profile.locale,
        "colour": profile.look.colour,
        "logo": profile.look.logo,
        "giving_rules": {
            "intervals": list(giving.intervals),
            "suggested": {code: list(amounts) for code, amounts in giving.suggested.items()},
            "smallest": dict(giving.smallest),
            "fees": {code: list(rate) for code, rate in giving.fees.items()},
            "declare_above": dict(giving.declare_above),
            "languages": list(profile.languages),
            "framed_by": list(profile.framed_by),
            "receipts": {
                "jurisdiction": profile.receipts.jurisdiction,
                "facts": dict(profile.receipts.facts),
                "archived": profile.receipts.archived,
            },
            "gift_aid": profile.gift_aid,
            "hmrc_reference": profile.hmrc_reference,
            "has_regimes": profile.has_regimes,
        },
        "notices": {
            "privacy": notices.privacy,
            "privacy_version": notices.privacy_version,
            "transparency": notices.transparency,
            "consent": dict(notices.consent),
        },
    }


def profile_of(values: Mapping[str, Any], timezone: str) -> OrganisationProfile:
    """The profile of these values."""
    rules = values["giving_rules"]
    return OrganisationProfile(
        organisation=Organisation(
            name=values["name"],
            address=tuple(values["address"]),
            email=values["email"],
            imprint=values["imprint"],
            url=values["website"],
            legal_note=values["legal_note"],
            timezone=timezone,
        ),
        locale=values["locale"],
        kind=OrganisationKind(values["kind"]),
        regime=values["regime"],
        look=Look(values["colour"], values["logo"]),
        giving=GivingRules(
            intervals=tuple(rules["intervals"]),
            suggested={code: tuple(amounts) for code, amounts in rules["suggested"].items()},
            smallest=rules["smallest"],
            # None in versions from before there were any.
            fees={code: (points, fixed) for code, (points, fixed) in rules.get("fees", {}).items()},
            declare_above=rules.get("declare_above", {}),
        ),
        notices=Notices(**(values["notices"] or {"privacy_version": 1})),  # none in versions from before there were any
        languages=tuple(rules.get("languages", ())),
        framed_by=tuple(rules.get("framed_by", ())),
        receipts=ReceiptRules(**rules.get("receipts", {})),
        gift_aid=rules.get("gift_aid", False),
        hmrc_reference=rules.get("hmrc_reference", ""),
        has_regimes=rules.get("has_regimes", False),
    )
