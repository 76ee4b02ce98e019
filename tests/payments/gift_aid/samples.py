"""A taxpayer, what they declared, and a gift of theirs."""

from dataclasses import replace
from datetime import UTC, date, datetime

from ledger.money import GBP, Money
from organisation.organisation import OrganisationKind
from payments.gift_aid.claimable import ReceivedGift
from payments.gift_aid.gift_aid_declaration import DeclarationPlace, DeclarationScope, GiftAidDeclaration
from payments.gift_aid.taxpayer import Taxpayer
from tests.receipts.samples import PAGES, PROFILE

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA = Taxpayer("Ada", "Byron-King", "12", "St James's Square\nLondon", "SW1Y 4JH")
DECLARED = GiftAidDeclaration(
    "declaration-1", "donor-1", "gift-1", DeclarationScope.PAST_AND_FUTURE, ADA, "I want to Gift Aid it.",
    "hmrc-2015-10-multiple", DeclarationPlace.FORM, NOON, TODAY,
)  # fmt: skip
ONCE = replace(DECLARED, id="declaration-2", scope=DeclarationScope.ONE_GIFT)
GIFT = ReceivedGift("gift-1", "donor-1", TODAY, Money(2500, GBP))
CHARITY_PAGES = PAGES.of(replace(PROFILE, kind=OrganisationKind.CHARITY, gift_aid=True, hmrc_reference="AB12345"))
