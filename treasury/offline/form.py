"""Reads the form of an offline gift, and that of cash that was banked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.campaign import Campaign
from ledger.money import BadAmount, Money
from ledger.typed_money import NumberStyle
from organisation.receipt_rules import Jurisdiction
from payments.gifts.gift import DonorDetails
from payments.gifts.offline import BadDay, Means, require_day
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_form import ADDRESS_FIELDS, is_address_typed, read_postal_address
from payments.valuing.valuation import Valuation
from treasury.valuing.form import WORTH_FIELDS, read_sum, read_valuation
from web.typed import NotTidy, compact, tidy, typed_id
from web.typed_address import read_email_address
from web.typed_day import read_day_field

FIELDS = (
    "key", "donor", "name", "email", "means", "amount", "day", "campaign", "reference", "counts", "receipt", "line",
    *ADDRESS_FIELDS,
    *WORTH_FIELDS,
)  # fmt: skip
LONGEST_NAME, LONGEST_REFERENCE = 200, 200


@dataclass(frozen=True, slots=True)
class Days:
    """Today, and the first day that is not closed."""

    today: date
    open_from: date | None


@dataclass(frozen=True, slots=True)
class TypedOffline:
    """An offline gift as it was typed, once nothing is left to correct."""

    key: str
    donor_id: str | None
    donor: DonorDetails
    means: Means
    amount: Money
    day: date
    campaign: Campaign
    reference: str
    counts: bool
    wants_receipt: bool
    line: str | None = None
    address: PostalAddress | None = None
    valuation: Valuation | None = None


def read_offline(
    typed: Mapping[str, str], campaigns: Sequence[Campaign], days: Days, style_of: Mapping[str, NumberStyle]
) -> TypedOffline | dict[str, str]:
    """The gift, or what must be corrected, by field. `style_of`: how amounts are written, by currency."""
    errors: dict[str, str] = {}
    means = _means(typed, errors)
    campaign = next((each for each in campaigns if str(each.id) == typed.get("campaign")), None)
    if campaign is None:
        errors["campaign"] = "Choose the campaign that it is for."
    amount = _amount(typed, campaign, style_of, errors) if campaign else None
    day = read_booking_day(typed, days, errors)
    donor, reference = read_giver(typed, errors), _reference(typed, means, errors)
    key, address, valuation = typed_id(typed.get("key", "")), _postal_address(typed, errors), None
    if campaign:
        valuation = read_valuation(typed, key or "", campaign.currency, style_of[campaign.currency.code], errors)
    if errors or not (means and campaign and amount and day and donor and key):
        return errors or {"amount": "Open the page again: the form was not whole."}
    return TypedOffline(
        key, typed_id(typed.get("donor", "")), donor, means, amount, day, campaign, reference,
        typed.get("counts") == "yes", typed.get("receipt") == "yes", typed_id(typed.get("line", "")), address,
        valuation,
    )  # fmt: skip


def receipt_fault(read: TypedOffline, law: str | None) -> str:
    """Why no receipt can be issued; nothing where one can. `law`: what receipts are written for; None: nobody issues.

    The United States and Canada want what the donor got back on the receipt, and ours has no line for it.
    """
    if not read.wants_receipt:
        return ""
    if law is None:
        return "Say first who the organisation is: receipts name it."
    bought = read.valuation is not None and bool(read.valuation.market_value)
    if bought and law in (Jurisdiction.US_CHARITY, Jurisdiction.CANADA):
        return "Issue none here: the law wants what they got back on it, with its value. Write this one by hand."
    return ""


def _means(typed: Mapping[str, str], errors: dict[str, str]) -> Means | None:
    try:
        return Means(typed.get("means", ""))
    except ValueError:
        errors["means"] = "Choose how it came."
        return None


def _amount(
    typed: Mapping[str, str], campaign: Campaign, style_of: Mapping[str, NumberStyle], errors: dict[str, str]
) -> Money | None:
    try:
        return read_sum(typed.get("amount", ""), campaign.currency, style_of[campaign.currency.code])
    except BadAmount as mistake:
        errors["amount"] = str(mistake)
        return None


def read_booking_day(typed: Mapping[str, str], days: Days, errors: dict[str, str]) -> date | None:
    """The day that was typed, if it can be booked."""
    try:
        day = read_day_field(typed, "day", errors)
        if day is not None:
            require_day(day, days.today, days.open_from)
    except BadDay as mistake:
        errors["day"] = str(mistake)
        return None
    return day


def read_giver(typed: Mapping[str, str], errors: dict[str, str]) -> DonorDetails | None:
    """Name and address as they were typed; both may be empty."""
    written, email = compact(typed.get("email", "")), None
    try:
        name = tidy(typed.get("name", ""), LONGEST_NAME)
    except NotTidy as mistake:
        errors["name"] = str(mistake)
        return None
    if written and (email := read_email_address(written)) is None:
        errors["email"] = "Enter an address like name@example.org, or leave it empty."
        return None
    return DonorDetails(name, email or "")


def _postal_address(typed: Mapping[str, str], errors: dict[str, str]) -> PostalAddress | None:
    """The donor's address as it was typed. It may be left out: then the receipt waits for it."""
    address = read_postal_address(typed) if is_address_typed(typed) else None
    if isinstance(address, dict):
        errors |= address
        return None
    return address


def _reference(typed: Mapping[str, str], means: Means | None, errors: dict[str, str]) -> str:
    try:
        reference = tidy(typed.get("reference", ""), LONGEST_REFERENCE)
    except NotTidy as mistake:
        errors["reference"] = str(mistake)
        return ""
    if means is Means.IN_KIND and not reference:
        errors["reference"] = "Enter what was given: it stands on the receipt."
    return reference
