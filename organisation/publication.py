"""What the law, or a donor's safety, asks for before a campaign may be published. Pure.

The imprint: Elections Act 2022, part 6, and the Electoral Commission's statutory guidance. Who receives the money, that
gifts are checked and what may be published of donors: its guidance on crowdfunding. The privacy notice: UK GDPR,
article 13; without text of its own the organisation has the product's, which names it and its addresses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from organisation.organisation import UNREGULATED, OrganisationProfile

DETAILS_PATH, NOTICES_PATH = "/desk/organisation/details", "/desk/organisation/notices"


@dataclass(frozen=True, slots=True)
class MissingNotice:
    """Something that is missing, in a sentence that says what to do, and the page of the desk that mends it."""

    sentence: str
    path: str

    def __str__(self) -> str:
        return self.sentence


def missing_for_publication(profile: OrganisationProfile, *, is_set_up: bool = True) -> list[MissingNotice]:
    """What keeps the organisation's campaigns from being published, in the order of the desk's forms.

    `is_set_up` is false while nobody has said who receives the gifts: then nothing that the profile says counts.
    """
    if not is_set_up:
        return [MissingNotice("Say who receives the donations: enter the organisation's details.", DETAILS_PATH)]
    return [
        *(MissingNotice(sentence, DETAILS_PATH) for _, sentence in _missing_details(profile)),
        *(MissingNotice(sentence, NOTICES_PATH) for sentence in _missing_notices(profile)),
    ]


def lost_details(before: OrganisationProfile, after: OrganisationProfile) -> Mapping[str, str]:
    """What the pages would lack after a change and did not before: a sentence for each field of the form of details.

    Campaigns that are published, with their posters, widgets and letters, go on showing what the organisation says.
    """
    lacking = {name for name, _ in _missing_details(before)}
    return {name: sentence for name, sentence in _missing_details(after) if name not in lacking}


def _missing_details(profile: OrganisationProfile) -> Iterator[tuple[str, str]]:
    """The field of the form of details, and the sentence."""
    organisation = profile.organisation
    if not organisation.name:
        yield "name", "Enter the legal name of who receives the donations."
    if not organisation.address:
        yield "address", "Enter a postal address: the imprint, the privacy notice and every receipt need it."
    if not organisation.email:
        yield "email", "Enter an email address, so that donors can reach you."
    if not organisation.imprint:
        yield "imprint", "Enter an imprint: who promotes the page, with name and postal address."
        return
    imprint = _plain(organisation.imprint)
    if organisation.name and _plain(organisation.name) not in imprint:
        yield "imprint", f"Name {organisation.name} in the imprint: it says who promotes the page."
    if organisation.address and not any(_plain(line) in imprint for line in organisation.address):
        yield "imprint", "Put the postal address into the imprint: the law asks for it there."


def _missing_notices(profile: OrganisationProfile) -> Iterator[str]:
    if profile.regime != UNREGULATED and not profile.notices.transparency:
        yield (
            "Enter a transparency notice: donors must know that gifts are checked, and what may be published of them."
        )


def _plain(text: str) -> str:
    """Words alone: commas and line breaks differ between an address and the imprint that holds it."""
    return " ".join(text.replace(",", " ").casefold().split())
