"""Reads the desk's form about what donors are offered: how often, suggested amounts, and the smallest gift."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ledger.money import BadAmount, Currency, Money
from ledger.typed_money import NumberStyle, read_typed_money
from organisation.organisation import GivingRules, OrganisationProfile
from organisation.sections import SectionErrors, SectionFields, WrongFields

INTERVALS = {"week": "Every week", "month": "Every month", "quarter": "Every quarter", "year": "Every year"}
MOST_SUGGESTED = 8
_OF_CURRENCY = ("suggested", "smallest", "fee_percent", "fee_fixed", "declare_above")
_PERCENT = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?\s*%?")
_BETWEEN = re.compile(r"[;\n]+|,\s+|\s+")


@dataclass(frozen=True, slots=True)
class OfferedCurrency:
    """A currency of the form: how its amounts are typed and written, and the bounds that Stripe sets.

    `least` is the smallest gift as the rules have it now, `suggested` the amounts that they offer.
    """

    currency: Currency
    style: NumberStyle
    type: Callable[[Money], str]
    print: Callable[[Money], str]
    smallest: Money
    largest: Money
    least: Money
    suggested: tuple[Money, ...]

    @property
    def code(self) -> str:
        """Its code, such as GBP."""
        return self.currency.code


def giving_names(currencies: Sequence[OfferedCurrency]) -> list[str]:
    """The fields of the form."""
    amounts = [f"{what}_{offered.code}" for offered in currencies for what in _OF_CURRENCY]
    return [*(f"interval_{name}" for name in INTERVALS), *amounts]


def giving_fields(profile: OrganisationProfile, currencies: Sequence[OfferedCurrency]) -> SectionFields:
    """The form as the profile fills it in."""
    rules = profile.giving
    fields = {f"interval_{name}": "yes" if name in rules.intervals else "" for name in INTERVALS}
    for offered in currencies:
        suggested = [Money(minor, offered.currency) for minor in rules.suggested.get(offered.code, ())]
        smallest = rules.smallest.get(offered.code)
        fields[f"suggested_{offered.code}"] = "; ".join(offered.type(amount) for amount in suggested)
        fields[f"smallest_{offered.code}"] = "" if smallest is None else offered.type(Money(smallest, offered.currency))
        if offered.code in rules.fees:
            points, fixed = rules.fees[offered.code]
            fields[f"fee_percent_{offered.code}"] = f"{points // 100}.{points % 100:02}"
            fields[f"fee_fixed_{offered.code}"] = offered.type(Money(fixed, offered.currency))
        if offered.code in rules.declare_above:
            above = Money(rules.declare_above[offered.code], offered.currency)
            fields[f"declare_above_{offered.code}"] = offered.type(above)
    return fields


def read_giving(
    fields: SectionFields, profile: OrganisationProfile, currencies: Sequence[OfferedCurrency]
) -> OrganisationProfile:
    """The profile with these giving rules; raises SectionErrors. An empty field leaves ours."""
    errors: WrongFields = {}
    suggested, smallest = dict(profile.giving.suggested), dict(profile.giving.smallest)
    fees, declare_above = dict(profile.giving.fees), dict(profile.giving.declare_above)
    for offered in currencies:
        for kept in (suggested, smallest, fees, declare_above):
            kept.pop(offered.code, None)
        least = _read_smallest(fields, offered, errors)
        if least is not None:
            smallest[offered.code] = least.minor
        amounts = _read_suggested(fields, offered, least or offered.smallest, errors)
        if amounts:
            suggested[offered.code] = tuple(amount.minor for amount in amounts)
        fee = _read_fee(fields, offered, errors)
        if fee is not None:
            fees[offered.code] = fee
        above = _read_minor(fields, f"declare_above_{offered.code}", offered, errors)
        if above is not None:
            declare_above[offered.code] = above
    if errors:
        raise SectionErrors(errors)
    intervals = tuple(name for name in INTERVALS if fields.get(f"interval_{name}"))
    return replace(profile, giving=GivingRules(intervals, suggested, smallest, fees, declare_above))


def _read_smallest(fields: SectionFields, offered: OfferedCurrency, errors: WrongFields) -> Money | None:
    name = f"smallest_{offered.code}"
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    try:
        return _takeable(read_typed_money(typed, offered.currency, offered.style), offered, offered.smallest)
    except BadAmount as error:
        errors[name] = str(error)
        return None


def _read_fee(fields: SectionFields, offered: OfferedCurrency, errors: WrongFields) -> tuple[int, int] | None:
    """Hundredths of a per cent and minor units; None leaves ours. Two zeros: donors are not asked to add it."""
    name = f"fee_percent_{offered.code}"
    typed = fields.get(name, "").strip()
    fixed = _read_minor(fields, f"fee_fixed_{offered.code}", offered, errors)
    if not typed:
        return None if fixed is None else (0, fixed)
    percent = _PERCENT.fullmatch(typed)
    if percent is None:
        errors[name] = "Enter a share in per cent, such as 1.5."
        return None
    return int(percent[1]) * 100 + int((percent[2] or "0").ljust(2, "0")), fixed or 0


def _read_minor(fields: SectionFields, name: str, offered: OfferedCurrency, errors: WrongFields) -> int | None:
    typed = fields.get(name, "").strip()
    try:
        return read_typed_money(typed, offered.currency, offered.style).minor if typed else None
    except BadAmount as error:
        errors[name] = str(error)
        return None


def _read_suggested(fields: SectionFields, offered: OfferedCurrency, least: Money, errors: WrongFields) -> list[Money]:
    name = f"suggested_{offered.code}"
    parts = [part for part in _BETWEEN.split(fields.get(name, "").strip()) if part]
    try:
        amounts = {
            _takeable(read_typed_money(part, offered.currency, offered.style), offered, least)
            for part in parts[: MOST_SUGGESTED + 1]
        }
        if len(parts) > MOST_SUGGESTED:
            raise BadAmount(f"Suggest {MOST_SUGGESTED} amounts or fewer.")
    except BadAmount as error:
        errors[name] = str(error)
        return []
    return sorted(amounts)


def _takeable(amount: Money, offered: OfferedCurrency, least: Money) -> Money:
    if amount < least:
        raise BadAmount(f"Enter {offered.print(least)} or more: {_why(offered, least)}.")
    if amount > offered.largest:
        raise BadAmount(f"Enter {offered.print(offered.largest)} or less.")
    return amount


def _why(offered: OfferedCurrency, least: Money) -> str:
    if least == offered.smallest:
        return f"Stripe does not charge less in {offered.code}"
    return "nobody could give less than your smallest gift"
