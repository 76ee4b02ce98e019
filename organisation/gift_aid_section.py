"""Reads the desk's form about Gift Aid: whether the charity claims it, and how HMRC knows the charity."""

import re
from dataclasses import replace

from organisation.organisation import OrganisationKind, OrganisationProfile
from organisation.sections import SectionErrors, SectionFields, WrongFields
from web.typed import compact

GIFT_AID = ("gift_aid", "hmrc_reference")
# One or two letters and up to five figures, such as AB12345: HMRC's own form of it.
_REFERENCE = re.compile(r"[A-Z]{1,2}[0-9]{1,5}")


def gift_aid_fields(profile: OrganisationProfile) -> SectionFields:
    """The form of Gift Aid as the profile fills it in."""
    return {"gift_aid": "yes" if profile.gift_aid else "", "hmrc_reference": profile.hmrc_reference}


def read_gift_aid(fields: SectionFields, profile: OrganisationProfile) -> OrganisationProfile:
    """The profile with this choice; raises SectionErrors. Only a charity that HMRC knows may claim Gift Aid."""
    errors: WrongFields = {}
    wanted = bool(fields.get("gift_aid"))
    reference = re.sub(r"[\s-]+", "", compact(fields.get("hmrc_reference", ""))).upper()
    if wanted and profile.kind is not OrganisationKind.CHARITY:
        errors["gift_aid"] = "Gift Aid is for charities alone. If you are one, say so under “Name and addresses” first."
    if wanted and not reference:
        errors["hmrc_reference"] = "Enter the reference by which HMRC knows you: without it nothing can be claimed."
    elif reference and not _REFERENCE.fullmatch(reference):
        errors["hmrc_reference"] = "Enter the reference as HMRC writes it: one or two letters and up to five figures."
    if errors:
        raise SectionErrors(errors)
    return replace(profile, gift_aid=wanted, hmrc_reference=reference)
