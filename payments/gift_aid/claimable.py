"""Which gifts tax may be claimed back on, and how much. Pure.

Income Tax Act 2007, sections 414 to 430: a gift of money by an individual who has declared that they pay UK tax, of
which nothing is given back. What was given back is no gift: the claim is on what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ledger.money import GBP, Money
from payments.gift_aid.gift_aid_declaration import YEARS_BACK, GiftAidDeclaration, covering, years_before

# The basic rate of income tax is 20 % (since April 2008): of each £1 that is given, £1.25 was earned.
BASIC_RATE = 20


class NotClaimable(StrEnum):
    """Why nothing may be claimed on a gift."""

    NOTHING_LEFT = "all of it went back"
    NOT_STERLING = "it is not in pounds"
    NOT_MONEY = "it was given in kind"
    NOT_FOR_NOTHING = "the donor got something back for it"
    NOT_BY_A_PERSON = "a body gave it, not a person"
    NOT_DECLARED = "no declaration covers it"
    TOO_OLD = "more than four years have passed"


@dataclass(frozen=True, slots=True)
class ReceivedGift:
    """A gift as a claim looks at it: `kept` is what was received and did not go back.

    `by_person` is false where its donor declared before paying that a body gives; `in_kind` where no money came.
    `has_benefit`: it paid for something too, such as a ticket. HMRC has rules for parts of such a payment; here
    nothing of it is claimed.
    """

    id: str
    donor_id: str
    day: date
    kept: Money
    by_person: bool = True
    in_kind: bool = False
    has_benefit: bool = False


@dataclass(frozen=True, slots=True)
class ClaimableGift:
    """A gift that may be claimed on, with the declaration that covers it.

    `is_again`: a claim paid tax on it back, and what had gone back came again. Its `kept` is what is claimed once more.
    """

    gift: ReceivedGift
    declaration: GiftAidDeclaration
    is_again: bool = False

    @property
    def tax(self) -> Money:
        """What HMRC pays on it."""
        return tax_on(self.gift.kept)


def claimable(
    gift: ReceivedGift, declarations: Sequence[GiftAidDeclaration], today: date
) -> ClaimableGift | NotClaimable:
    """Whether tax may be claimed on a gift, by what its donor declared.

    HMRC takes claims until four years after the end of the tax year or accounting period; we stop at four years after
    the gift, which is never too late.
    """
    declaration = covering(declarations, gift.id, gift.day)
    reasons = {
        NotClaimable.NOT_MONEY: gift.in_kind,
        NotClaimable.NOT_STERLING: gift.kept.currency != GBP,
        NotClaimable.NOT_FOR_NOTHING: gift.has_benefit,
        NotClaimable.NOTHING_LEFT: gift.kept.minor <= 0,
        NotClaimable.NOT_BY_A_PERSON: not gift.by_person,
        NotClaimable.NOT_DECLARED: declaration is None,
        NotClaimable.TOO_OLD: gift.day < years_before(today, YEARS_BACK),
    }
    why = next((reason for reason, is_so in reasons.items() if is_so), None)
    if why is not None or declaration is None:
        return why or NotClaimable.NOT_DECLARED
    return ClaimableGift(gift, declaration)


def tax_on(donation: Money) -> Money:
    """The tax on what was given, at the basic rate: 25p for each £1, a half penny up."""
    whole, left = divmod(donation.minor * BASIC_RATE, 100 - BASIC_RATE)
    return Money(whole + (2 * left >= 100 - BASIC_RATE), donation.currency)


def claimable_again(
    claimed: Money, paid_back: Money, gift: ReceivedGift, declarations: Sequence[GiftAidDeclaration], today: date
) -> ClaimableGift | None:
    """What may be claimed once more of a gift, because a refund failed after all, or a dispute was won.

    `claimed` is all that claims have claimed on it, `paid_back` all that claims have paid back of it. No more than was
    paid back is claimed again, and with it no more than is left of the gift.
    """
    right = claimable(gift, declarations, today)
    if not isinstance(right, ClaimableGift):
        return None
    again = min(right.gift.kept - (claimed - paid_back), paid_back)
    return replace(right, gift=replace(right.gift, kept=again), is_again=True) if again.minor > 0 else None


def over_claimed(claimed: Money, gift: ReceivedGift, declarations: Sequence[GiftAidDeclaration]) -> Money:
    """How much of what was claimed on is no gift any more: it went back, or its declaration was withdrawn for its day.

    A gift that has become too old since was rightly claimed on.
    """
    right = claimable(gift, declarations, gift.day)
    left = right.gift.kept if isinstance(right, ClaimableGift) else Money(0, claimed.currency)
    return max(claimed - left, Money(0, claimed.currency))
