"""What the donor's form shows: the choices, and the values that are filled in already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from campaigns.campaign import Campaign
from ledger.money import Money
from payments.gifts.due_dates import most_instalments
from payments.gifts.gift import Gift
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_words import ADJECTIVE, PER, due_days
from payments.giving import rhythm_form
from payments.giving.form import OTHER, FormFields, presets
from payments.giving.rhythm_form import ONCE, IntervalOffer, fields_of_rhythm
from web.wording import Wording

LONGEST_MINOR = 9  # digits of an amount in a deep link


@dataclass(frozen=True, slots=True)
class IntervalChoice:
    """One choice of how often. `each` is printed on the button; `most` is the largest number of instalments."""

    interval: Interval
    name: str
    days: str
    each: str
    most: int


def interval_choices(offer: IntervalOffer, wording: Wording) -> list[IntervalChoice]:
    """The choices besides once, the most frequent first."""
    return [
        IntervalChoice(
            interval,
            ADJECTIVE[interval],
            due_days(interval, offer.today, wording),
            PER[interval],
            most_instalments(interval),
        )
        for interval in Interval
        if interval in offer.intervals
    ]


def template_fields(fields: FormFields) -> dict[str, str]:
    """The form's fields as the template names them."""
    return {
        "amount_choice": fields.get("amount", ""),
        "amount_other": fields.get("other_amount", ""),
        "name": fields.get("name", ""),
        "email": fields.get("email", ""),
        "message": fields.get("message", ""),
        **{name: fields.get(name, "") for name in rhythm_form.FIELDS},
    }


def fields_of_gift(gift: Gift, recurring: Recurring | None, campaign: Campaign, zone: tzinfo) -> FormFields:
    """The form as its donor had filled it in before going to Stripe."""
    return {
        **_amount(gift.amount),
        **fields_of_rhythm(recurring.rhythm if recurring else None, campaign.closes_at, zone),
        "name": gift.donor.name,
        "email": gift.donor.email,
        "message": gift.donor.message,
    }


def fields_of_link(campaign: Campaign, minor: str, interval: str, offered: Sequence[Interval]) -> FormFields:
    """The fields that a deep link preselects: `?amount=2500&interval=month`, in pence. It never submits."""
    chosen = interval if interval in offered else ONCE
    if not (minor.isascii() and minor.isdecimal() and len(minor) <= LONGEST_MINOR) or int(minor) == 0:
        return {"interval": chosen}
    return {"interval": chosen, **_amount(Money(int(minor), campaign.currency))}


def _amount(amount: Money) -> FormFields:
    typed = str(amount.decimal)
    if amount in presets(amount.currency):
        return {"amount": typed}
    return {"amount": OTHER, "other_amount": typed}
