"""The organisation that receives the gifts. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from organisation.receipt_rules import UNSTATED_RULES, ReceiptRules


@dataclass(frozen=True)
class Organisation:
    """The body that receives every gift, as pages and receipts name it.

    The imprint names the promoter and a postal address. It is due on every page under the Elections Act 2022,
    part 6, so it has no default; neither has anything else that a donor could be misled by. `timezone` is the
    installation's. A receipt freezes exactly these fields: a new field changes what is kept of every receipt.
    """

    name: str
    address: tuple[str, ...]
    email: str
    imprint: str
    url: str
    legal_note: str
    timezone: str


def unnamed_organisation(timezone: str) -> Organisation:
    """What stands on pages until somebody has said who receives the gifts. No gift can be given before."""
    return Organisation("Farthing", (), "", "", "", "", timezone)


class OrganisationKind(StrEnum):
    """What the organisation is in law."""

    CAMPAIGNING_BODY = "campaigning_body"
    MEMBERS_ASSOCIATION = "members_association"
    PARTY = "party"
    CHARITY = "charity"
    OTHER = "other"


UNREGULATED = "none"
REGIMES = {
    UNREGULATED: "None: no rules on political donations apply to us",
    "members_association": "Members association, under PPERA schedule 7",
    "regulated_donee": "Regulated donee: a party's member or holder of office, under PPERA schedule 7",
    "non_party_campaigner": "Registered non-party campaigner, under PPERA part 6",
    "gb_party": "Party registered in Great Britain",
}
KINDS = {
    OrganisationKind.CAMPAIGNING_BODY: "Campaigning body",
    OrganisationKind.MEMBERS_ASSOCIATION: "Members association",
    OrganisationKind.PARTY: "Political party",
    OrganisationKind.CHARITY: "Charity",
    OrganisationKind.OTHER: "Something else",
}


@dataclass(frozen=True)
class Look:
    """How pages and letters look: one colour, `#rrggbb`, and the content hash of the logo. None: the product's own."""

    colour: str | None = None
    logo: str | None = None


@dataclass(frozen=True)
class GivingRules:
    """What donors are offered.

    `intervals` is how often they may give besides once. `suggested` holds the amounts on the form and `smallest`
    the smallest gift, in minor units, by currency code; a currency that is not named has the built-in ones. `fees` is
    about what Stripe takes of a card payment: hundredths of a per cent, and minor units; of two zeros the form does not
    ask whether donors add it. `declare_above` is the amount in minor units above which donors declare who they are,
    instead of that of the rules they are under; 0 asks nobody.
    """

    intervals: tuple[str, ...] = ()
    suggested: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    smallest: Mapping[str, int] = field(default_factory=dict)
    fees: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    declare_above: Mapping[str, int] = field(default_factory=dict)


# The version of the privacy notice that new organisations have (organisation/privacy.py).
NEWEST_NOTICE = 2


@dataclass(frozen=True)
class Notices:
    """What donors are told of their details.

    `privacy` is the privacy notice, paragraph by paragraph; without text of its own the organisation has the
    product's, of the version `privacy_version` (`organisation/privacy.py`). `transparency` stands on every page: that
    gifts are checked, and what may be published of a donor. `consent` holds the channels by which donors may agree to
    be written to, each with the words beside its box; without words it has the product's.
    """

    privacy: str = ""
    privacy_version: int = NEWEST_NOTICE
    transparency: str = ""
    consent: Mapping[str, str] = field(default_factory=lambda: {"email": ""})


@dataclass(frozen=True)
class OrganisationProfile:
    """Everything that a version of the organisation holds.

    `regime` is the set of rules for political money that the organisation is under, such as `members_association`;
    `none` for a body under none. `has_regimes`: days are kept on which it was or will be under one. `locale` is how its
    letters write amounts and dates, such as `en_GB`, and the language of its pages; donors may choose each of
    `languages` instead, such as `cy`. `framed_by` are the origins of websites that may show a campaign's widget, such
    as `https://example.org`.
    """

    organisation: Organisation
    locale: str
    kind: OrganisationKind = OrganisationKind.CAMPAIGNING_BODY
    regime: str = UNREGULATED
    look: Look = Look()
    giving: GivingRules = GivingRules()
    notices: Notices = Notices()
    languages: tuple[str, ...] = ()
    framed_by: tuple[str, ...] = ()
    receipts: ReceiptRules = UNSTATED_RULES
    gift_aid: bool = False
    hmrc_reference: str = ""
    has_regimes: bool = False

    @property
    def is_watched(self) -> bool:
        """Whether received gifts are looked at: it is under rules on political donations, or was, or will be."""
        return self.has_regimes or self.regime != UNREGULATED

    @property
    def claims_gift_aid(self) -> bool:
        """Whether donors are offered Gift Aid: nobody but a charity may claim it."""
        return self.gift_aid and self.kind is OrganisationKind.CHARITY

    @property
    def gift_aid_charity(self) -> str:
        """The name of the charity that Gift Aid may be declared to; nothing where it is not claimed."""
        return self.organisation.name if self.claims_gift_aid else ""


@dataclass(frozen=True)
class OrganisationVersion:
    """The organisation as it was from `made_at` until the next version; `cause` is who or what changed it."""

    number: int
    made_at: datetime
    cause: str
    profile: OrganisationProfile


@dataclass(frozen=True)
class OrganisationDraft:
    """What a member of staff is about to change, and the number of the version that they began from."""

    staff_id: str
    based_on: int
    profile: OrganisationProfile
