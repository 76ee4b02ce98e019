"""What the donor's form shows: what may be chosen, and what is filled in already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from campaigns.campaign import Campaign
from ledger.money import Money
from payments.gifts.due_dates import most_instalments
from payments.gifts.gift import Gift
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_words import ADJECTIVE, A, on_which
from payments.giving import rhythm_form
from payments.giving.form import OTHER, Typed, presets
from payments.giving.rhythm_form import ONCE, IntervalOffer, typed_before
from web.wording import Wording

LONGEST_MINOR = 9  # digits of an amount in a deep link


@dataclass(frozen=True, slots=True)
class IntervalChoice:
    """One choice of how often: its words, on which days, and how the button says it."""

    interval: Interval
    name: str
    days: str
    each: str
    most: int


def oftens(offer: IntervalOffer, wording: Wording) -> list[IntervalChoice]:
    """The choices besides once, the most frequent first."""
    return [
        IntervalChoice(one, ADJECTIVE[one], on_which(one, offer.today, wording), A[one], most_instalments(one))
        for one in Interval
        if one in offer.intervals
    ]


def shown(typed: Typed) -> dict[str, str]:
    """The form's fields as the page names them."""
    return {
        "amount_choice": typed.get("amount", ""),
        "amount_other": typed.get("other_amount", ""),
        "name": typed.get("name", ""),
        "email": typed.get("email", ""),
        "message": typed.get("message", ""),
        **{field: typed.get(field, "") for field in rhythm_form.FIELDS},
    }


def filled_before(gift: Gift, recurring: Recurring | None, campaign: Campaign, zone: tzinfo) -> Typed:
    """The form as it was when its donor went to Stripe, and turned back there."""
    return {
        **_amount(gift.amount),
        **typed_before(recurring.rhythm if recurring else None, campaign.closes_at, zone),
        "name": gift.donor.name,
        "email": gift.donor.email,
        "message": gift.donor.message,
    }


def preselected(campaign: Campaign, minor: str, interval: str, offered: Sequence[Interval]) -> Typed:
    """A deep link's `?amount=2500&interval=month` (in pence) preselects; it never submits."""
    often = interval if interval in offered else ONCE
    if not (minor.isascii() and minor.isdecimal() and len(minor) <= LONGEST_MINOR) or int(minor) == 0:
        return {"interval": often}
    return {"interval": often, **_amount(Money(int(minor), campaign.currency))}


def _amount(amount: Money) -> Typed:
    typed = str(amount.decimal)
    if amount in presets(amount.currency):
        return {"amount": typed}
    return {"amount": OTHER, "other_amount": typed}
