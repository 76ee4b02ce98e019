"""Reads the form of a standing order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.campaign import Campaign
from ledger.money import BadAmount, Money
from ledger.typed_money import NumberStyle
from payments.gifts.gift import DonorDetails
from payments.gifts.recurring import Interval
from treasury.offline.form import read_giver
from treasury.valuing.form import read_sum
from web.typed import typed_id
from web.typed_day import read_day_field

FIELDS = ("key", "donor", "name", "email", "amount", "interval", "first_day", "campaign")


@dataclass(frozen=True, slots=True)
class TypedOrder:
    """A standing order as it was typed, once nothing is left to correct."""

    key: str
    donor_id: str | None
    donor: DonorDetails
    amount: Money
    interval: Interval
    first_day: date
    campaign: Campaign


def read_order(
    typed: Mapping[str, str], campaigns: Sequence[Campaign], style_of: Mapping[str, NumberStyle]
) -> TypedOrder | dict[str, str]:
    """The standing order, or what must be corrected, by field. `style_of`: how amounts are written, by currency."""
    errors: dict[str, str] = {}
    donor, donor_id = read_giver(typed, errors), typed_id(typed.get("donor", ""))
    if donor is not None and not (donor_id or donor.name or donor.email):
        errors["name"] = "Enter who pays: the reference is theirs."
    campaign = next((each for each in campaigns if str(each.id) == typed.get("campaign")), None)
    if campaign is None:
        errors["campaign"] = "Choose the campaign that it is for."
    amount = _amount(typed, campaign, style_of, errors) if campaign else None
    first, interval = read_day_field(typed, "first_day", errors), _interval(typed, errors)
    key = typed_id(typed.get("key", ""))
    if errors or not (donor and campaign and amount and first and interval and key):
        return errors or {"amount": "Open the page again: the form was not whole."}
    return TypedOrder(key, donor_id, donor, amount, interval, first, campaign)


def _amount(
    typed: Mapping[str, str], campaign: Campaign, style_of: Mapping[str, NumberStyle], errors: dict[str, str]
) -> Money | None:
    try:
        return read_sum(typed.get("amount", ""), campaign.currency, style_of[campaign.currency.code])
    except BadAmount as mistake:
        errors["amount"] = str(mistake)
        return None


def _interval(typed: Mapping[str, str], errors: dict[str, str]) -> Interval | None:
    try:
        return Interval(typed.get("interval", ""))
    except ValueError:
        errors["interval"] = "Choose how often it is paid."
        return None
