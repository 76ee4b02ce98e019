"""Reads the form of a match pot: into a pot, or into a sentence for each field that must be corrected."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from campaigns.campaign import Campaign
from campaigns.match import GIVER_LENGTH, BadMatch, MatchPot
from ledger.money import BadAmount, Money
from ledger.typed_money import NumberStyle, read_typed_money
from web.typed import NotTidy, compact, tidy, typed_id
from web.typed_day import read_day_field

FIELDS = ("pot", "giver", "amount", "ratio", "first_day", "last_day", "counts")
# What is matched for what is given, and the words for it.
RATIOS = {
    "1:1": "£1 for every £1", "2:1": "£2 for every £1", "1:2": "£1 for every £2", "3:1": "£3 for every £1",
}  # fmt: skip
LONGEST_DAYS = 366


def read_pot(
    typed: Mapping[str, str], campaign: Campaign, style: NumberStyle, now: datetime
) -> MatchPot | dict[str, str]:
    """A pot of this campaign, or what must be corrected, by field."""
    errors: dict[str, str] = {}
    giver, amount = _giver(typed, errors), _amount(typed, campaign, style, errors)
    first, last = read_day_field(typed, "first_day", errors), read_day_field(typed, "last_day", errors)
    ratio, counts = typed.get("ratio", "1:1"), typed.get("counts") == "yes"
    if ratio not in RATIOS:
        errors["ratio"] = "Choose how much is matched."
    if first and last and (last - first).days > LONGEST_DAYS:
        errors["last_day"] = "Choose a last day within a year of the first."
    if errors or giver is None or amount is None or first is None or last is None:
        return errors
    matched, given = map(int, ratio.split(":"))
    try:
        pot = typed_id(typed.get("pot", "")) or str(uuid4())
        return MatchPot(pot, campaign.id, giver, amount, first, last, now, matched, given, counts)
    except BadMatch as mistake:
        return {"last_day" if first > last else "amount": str(mistake)}


def _giver(typed: Mapping[str, str], errors: dict[str, str]) -> str | None:
    try:
        giver = tidy(typed.get("giver", ""), GIVER_LENGTH)
    except NotTidy as mistake:
        errors["giver"] = str(mistake)
        return None
    if not giver:
        errors["giver"] = "Enter who matches, as they wish to be named: “The Ryder family”, “a supporter”."
    return giver or None


def _amount(typed: Mapping[str, str], campaign: Campaign, style: NumberStyle, errors: dict[str, str]) -> Money | None:
    try:
        amount = read_typed_money(compact(typed.get("amount", "")), campaign.currency, style)
    except BadAmount as mistake:
        errors["amount"] = str(mistake)
        return None
    if amount.minor <= 0:
        errors["amount"] = "Enter a sum above zero."
    return amount
