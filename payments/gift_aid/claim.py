"""A Gift Aid claim: which gifts tax is claimed back on, and what is paid back of earlier claims. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.money import GBP, Money
from payments.gift_aid.claimable import ClaimableGift, tax_on
from payments.gift_aid.schedule import GiftAidSchedule, ScheduleLine, line_faults, schedule_line, schedules

NOTHING = Money(0, GBP)


@dataclass(frozen=True, slots=True)
class Claimant:
    """The charity that claims, and the reference by which HMRC knows it."""

    charity: str
    reference: str


@dataclass(frozen=True, slots=True)
class UnclearGift:
    """A gift that its donor declared for, but that HMRC's schedule would refuse, and why."""

    claimable: ClaimableGift
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """So much of what was claimed on a gift is no gift any more: the next claim pays the tax on it back."""

    gift_id: str
    donation: Money


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """What would be claimed on a day: gifts, the earliest first, less adjustments. `unclear` gifts wait."""

    day: date
    gifts: Sequence[ClaimableGift]
    unclear: Sequence[UnclearGift]
    adjustments: Sequence[Adjustment]

    @property
    def given(self) -> Money:
        """What the gifts come to."""
        return sum((claimed.gift.kept for claimed in self.gifts), start=NOTHING)

    @property
    def over_claimed_tax(self) -> Money:
        """The tax that was claimed too much before."""
        return over_claimed_tax(self.adjustments)

    @property
    def tax_on_gifts(self) -> Money:
        """The tax on its gifts, before what is paid back."""
        return tax_on(self.given)

    @property
    def tax(self) -> Money:
        """What HMRC will pay."""
        return self.tax_on_gifts - self.over_claimed_tax


@dataclass(frozen=True, slots=True)
class ClaimedLine:
    """A gift in a claim, as it was claimed, with the declaration that it was claimed by."""

    claim: int
    n: int
    gift_id: str
    declaration_id: str
    line: ScheduleLine


@dataclass(frozen=True, slots=True)
class GiftAidClaim:
    """A claim that was made. One that was never sent can be taken back."""

    number: int
    made_at: datetime
    made_on: date
    who: str
    claimant: Claimant
    taken_back_at: datetime | None
    gifts: int
    given: Money
    over_claimed: Money

    @property
    def tax(self) -> Money:
        """What HMRC is asked for, before what is paid back."""
        return tax_on(self.given)

    @property
    def over_claimed_tax(self) -> Money:
        """The tax on what was claimed too much before."""
        return tax_on(self.over_claimed)

    @property
    def asked(self) -> Money:
        """What HMRC will pay."""
        return self.tax - self.over_claimed_tax


def open_claim(gifts: Sequence[ClaimableGift], adjustments: Sequence[Adjustment], today: date) -> OpenClaim:
    """What would be claimed today. A gift whose line HMRC would refuse waits, and is named."""
    ordered = sorted(gifts, key=lambda claimed: (claimed.gift.day, claimed.gift.id))
    faults = {claimed.gift.id: list(line_faults(line_of(claimed), today)) for claimed in ordered}
    return OpenClaim(
        today,
        [claimed for claimed in ordered if not faults[claimed.gift.id]],
        [UnclearGift(unclear, faults[unclear.gift.id]) for unclear in ordered if faults[unclear.gift.id]],
        adjustments,
    )


def line_of(claimed: ClaimableGift) -> ScheduleLine:
    """The schedule's line of a gift."""
    return schedule_line(claimed.declaration.taxpayer, claimed.gift.day, claimed.gift.kept)


def over_claimed_tax(adjustments: Sequence[Adjustment]) -> Money:
    """The tax on what turned out to be no gift."""
    return tax_on(sum((adjustment.donation for adjustment in adjustments), start=NOTHING))


def schedules_of(claim: GiftAidClaim, lines: Sequence[ClaimedLine]) -> list[GiftAidSchedule]:
    """HMRC's schedules of a claim."""
    too_much = claim.over_claimed_tax
    earliest = min(claimed.line.day for claimed in lines)
    return schedules([claimed.line for claimed in lines], earliest, too_much or None)
