"""What the donor's form shows: the choices, and the values that are filled in already."""

from dataclasses import dataclass

from campaigns.campaign import Campaign
from ledger.money import Currency, Money
from organisation.organisation import GivingRules
from payments.gifts.amounts import NO_RULES, largest_gift, smallest_gift, suggested_gifts
from payments.gifts.due_dates import most_instalments
from payments.gifts.gift import Gift
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_words import ADJECTIVE, PER, due_days
from payments.giving import rhythm_form
from payments.giving.form import OTHER, FormFields
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


def fields_of_gift(
    gift: Gift, recurring: Recurring | None, campaign: Campaign, wording: Wording, rules: GivingRules = NO_RULES
) -> FormFields:
    """The form as its donor had filled it in before going to Stripe."""
    return {
        **_amount(gift.amount, wording, rules),
        **fields_of_rhythm(recurring.rhythm if recurring else None, campaign.closes_at, wording.zone),
        "name": gift.donor.name,
        "email": gift.donor.email,
        "message": gift.donor.message,
    }


def fields_of_link(campaign: Campaign, minor: str, interval: str, rules: GivingRules, wording: Wording) -> FormFields:
    """The fields that a deep link preselects: `?amount=2500&interval=month`. It never submits.

    The amount is in the currency's smallest unit, such as pence. One that the form would refuse preselects nothing.
    """
    chosen = interval if interval in rules.intervals else ONCE
    amount = _amount_of_link(minor, campaign.currency, rules)
    return {"interval": chosen, **(_amount(amount, wording, rules) if amount else {})}


def _amount_of_link(minor: str, currency: Currency, rules: GivingRules) -> Money | None:
    if not (minor.isascii() and minor.isdecimal() and len(minor) <= LONGEST_MINOR):
        return None
    amount = Money(int(minor), currency)
    may_be_given = (
        smallest_gift(currency, rules) <= amount <= largest_gift(currency) and not amount.minor % currency.step
    )
    return amount if may_be_given else None


def _amount(amount: Money, wording: Wording, rules: GivingRules) -> FormFields:
    if amount in suggested_gifts(amount.currency, rules):
        return {"amount": str(amount.decimal)}
    return {"amount": OTHER, "other_amount": wording.typed_money(amount)}
