"""Reads what somebody typed of a gift's nature and value."""

from collections.abc import Mapping

from ledger.money import BadAmount, Currency, Money
from ledger.typed_money import NumberStyle, read_typed_money
from payments.valuing.valuation import Valuation
from web.typed import NotTidy, compact, tidy

WORTH_FIELDS = ("bequest", "benefit", "market_value")
LONGEST_BENEFIT = 100


def read_sum(written: str, of: Currency, style: NumberStyle) -> Money:
    """A sum above zero. Raises BadAmount."""
    amount = read_typed_money(compact(written), of, style)
    if amount.minor <= 0:
        raise BadAmount("Enter a sum above zero.")
    return amount


def read_valuation(
    typed: Mapping[str, str], gift_id: str, of: Currency, style: NumberStyle, errors: dict[str, str]
) -> Valuation | None:
    """What was typed of this gift, if it says something; what is wrong with it goes to the errors."""
    benefit, market_value = "", Money(0, of)
    try:
        benefit = tidy(compact(typed.get("benefit", "")), LONGEST_BENEFIT)
    except NotTidy as mistake:
        errors["benefit"] = str(mistake)
    if written := compact(typed.get("market_value", "")):
        try:
            market_value = read_sum(written, of, style)
        except BadAmount as mistake:
            errors["market_value"] = str(mistake)
    elif benefit:
        errors["market_value"] = "Enter what it sells for: only what was given above that is a gift."
    if market_value and not benefit and "benefit" not in errors:
        errors["benefit"] = "Say what they got back."
    if "benefit" in errors or "market_value" in errors:
        return None
    valuation = Valuation(gift_id, typed.get("bequest") == "yes", benefit, market_value)
    return valuation if valuation.says_something else None
