"""What the donor's form shows: the choices, and the values that are filled in already."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.campaign import Campaign
from campaigns.offered import AmountGroup, group_for
from ledger.money import Currency, Money
from payments.gift_aid.gift_aid_declaration import GiftAidDeclaration
from payments.gifts.amounts import largest_gift
from payments.gifts.declaration import Declaration
from payments.gifts.dedication import Dedication
from payments.gifts.due_dates import most_instalments
from payments.gifts.gift import Gift
from payments.gifts.recurring import Interval, ReceiptLetters, Recurring
from payments.gifts.recurring_words import ADJECTIVE, PER, due_days
from payments.giving import dedication_form, donor_fields, rhythm_form
from payments.giving.declaration_form import fields_of_declaration
from payments.giving.dedication_form import fields_of_dedication
from payments.giving.donor_fields import LikelySlip, read_donor_email, read_source
from payments.giving.form import OTHER, FormFields
from payments.giving.gift_aid_form import WANTED, fields_of_gift_aid
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_form import ADDRESS_FIELDS, fields_of_address
from payments.giving.rhythm_form import ONCE, IntervalOffer, fields_of_rhythm
from web.language import translated
from web.typed import NotTidy
from web.wording import Wording

_AS_TYPED = (*rhythm_form.FIELDS, *donor_fields.FIELDS, *dedication_form.FIELDS, *ADDRESS_FIELDS)
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
        "fee_cover": fields.get("fee_cover", ""),
        WANTED: fields.get(WANTED, ""),
        **{name: fields.get(name, "") for name in _AS_TYPED},
    }


def slip_choices(fields: FormFields) -> tuple[str, ...]:
    """The two addresses to choose from, where the one that was typed looks like a slip: the likely one first."""
    try:
        read_donor_email(fields)
    except LikelySlip as slip:
        return slip.meant, slip.typed
    except NotTidy:
        return ()
    return ()


@dataclass(frozen=True, slots=True)
class SentForm:
    """What a form said that led to Stripe: the gift, the recurring gift that it begins, and what goes with them."""

    gift: Gift
    recurring: Recurring | None
    dedication: Dedication | None
    declaration: Declaration | None
    agreed: tuple[str, ...]
    gift_aid: GiftAidDeclaration | None = None
    receipts: ReceiptLetters = ReceiptLetters.EACH
    address: PostalAddress | None = None


@dataclass(frozen=True, slots=True)
class DeepLink:
    """What a link to the form names: `?amount=2500&interval=month&ref=leaflet-7`.

    The amount is in the currency's smallest unit, such as pence.
    """

    amount: str = ""
    interval: str = ""
    ref: str = ""


def fields_of_form(sent: SentForm, campaign: Campaign, groups: Sequence[AmountGroup], wording: Wording) -> FormFields:
    """The form as its donor had filled it in before going to Stripe."""
    gift, recurring = sent.gift, sent.recurring
    rhythm = fields_of_rhythm(recurring.rhythm if recurring else None, campaign.closes_at, wording.zone)
    amount = gift.amount - gift.fee_cover if gift.fee_cover else gift.amount
    return {
        **_amount(amount, group_for(groups, rhythm["interval"]), wording),
        **rhythm,
        **fields_of_dedication(sent.dedication),
        **fields_of_declaration(sent.declaration),
        **fields_of_gift_aid(sent.gift_aid),
        **fields_of_address(sent.address),
        **{f"consent_{channel}": "yes" for channel in sent.agreed},
        "fee_cover": "yes" if gift.fee_cover else "",
        "yearly_statement": "yes" if sent.receipts is ReceiptLetters.YEARLY else "",
        "show_name": "yes" if gift.show_name else "",
        "name": gift.donor.name,
        "email": gift.donor.email,
        "email_choice": gift.donor.email,  # the donor has said that it is right
        "message": gift.donor.message,
        "ref": gift.source,
    }


def fields_of_link(campaign: Campaign, link: DeepLink, groups: Sequence[AmountGroup], wording: Wording) -> FormFields:
    """The fields that a deep link preselects. It never submits. What the form would refuse preselects nothing."""
    group = group_for(groups, link.interval)
    chosen = link.interval if link.interval in group.intervals else ONCE
    amount = _amount_of_link(link.amount, campaign.currency, group)
    preselected = _amount(amount, group, wording) if amount else {}
    return {"interval": chosen, "ref": read_source(link.ref), **preselected}


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
