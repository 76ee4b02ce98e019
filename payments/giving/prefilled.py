"""What the donor's form shows: the choices, and the values that are filled in already."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.campaign import Campaign
from campaigns.offered import AmountGroup, group_for
from ledger.money import Currency, Money
from payments.gifts.amounts import largest_gift
from payments.gifts.due_dates import most_instalments
from payments.gifts.gift import Gift
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_words import ADJECTIVE, PER, due_days
from payments.giving import rhythm_form
from payments.giving.form import OTHER, FormFields
from payments.giving.rhythm_form import ONCE, IntervalOffer, fields_of_rhythm
from web.language import translated
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
            translated(ADJECTIVE[interval]),
            due_days(interval, offer.today, wording),
            translated(PER[interval]),
            most_instalments(interval),
        )
        for interval in Interval
        if interval in offer.intervals
    ]


def template_fields(fields: FormFields, groups: Sequence[AmountGroup]) -> dict[str, str]:
    """The form's fields as the template names them; `amount_choice` is that of the chosen interval's group."""
    group = group_for(groups, fields.get("interval", ""))
    return {
        "amount_choice": fields.get(group.name, ""),
        "amount_other": fields.get("other_amount", ""),
        "name": fields.get("name", ""),
        "email": fields.get("email", ""),
        "message": fields.get("message", ""),
        **{name: fields.get(name, "") for name in rhythm_form.FIELDS},
    }


def fields_of_gift(
    gift: Gift, recurring: Recurring | None, campaign: Campaign, groups: Sequence[AmountGroup], wording: Wording
) -> FormFields:
    """The form as its donor had filled it in before going to Stripe."""
    rhythm = fields_of_rhythm(recurring.rhythm if recurring else None, campaign.closes_at, wording.zone)
    return {
        **_amount(gift.amount, group_for(groups, rhythm["interval"]), wording),
        **rhythm,
        "name": gift.donor.name,
        "email": gift.donor.email,
        "message": gift.donor.message,
    }


def fields_of_link(
    campaign: Campaign, minor: str, interval: str, groups: Sequence[AmountGroup], wording: Wording
) -> FormFields:
    """The fields that a deep link preselects: `?amount=2500&interval=month`. It never submits.

    The amount is in the currency's smallest unit, such as pence. One that the form would refuse preselects nothing.
    """
    group = group_for(groups, interval)
    chosen = interval if interval in group.intervals else ONCE
    amount = _amount_of_link(minor, campaign.currency, group)
    return {"interval": chosen, **(_amount(amount, group, wording) if amount else {})}


def _amount_of_link(minor: str, currency: Currency, group: AmountGroup) -> Money | None:
    if not (minor.isascii() and minor.isdecimal() and len(minor) <= LONGEST_MINOR):
        return None
    amount = Money(int(minor), currency)
    may_be_given = group.amounts.smallest <= amount <= largest_gift(currency) and not amount.minor % currency.step
    return amount if may_be_given else None


def _amount(amount: Money, group: AmountGroup, wording: Wording) -> FormFields:
    if amount in [suggested.amount for suggested in group.amounts.suggested]:
        return {group.name: str(amount.decimal)}
    return {group.name: OTHER, "other_amount": wording.typed_money(amount)}
