"""Reads the forms of rules: a row, an election, an address, a regime. Each with a source, or what to correct."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from compliance.addresses import AddressWay, CommissionAddress
from compliance.regime import Regime, RegimePeriod
from compliance.report_calendar import Election
from compliance.rule import Rule
from compliance.rule_words import PLACE_WORDS, RULE_NAMES
from ledger.money import GBP, BadAmount
from ledger.typed_money import NumberStyle, read_typed_money
from web.typed import NotTidy, compact, tidy
from web.typed_day import read_day_field, typed_day

RULE_FIELDS = ("place", "key", "value", "first", "last", "source", "confidence")
ELECTION_FIELDS = ("name", "regulated_from", "dissolved_on", "polling_day", "pre_dissolution_from", "source")
ADDRESS_FIELDS = ("way", "address", "source")
REGIME_FIELDS = ("regime", "first", "last", "northern_irish")
# How the owner knows a row: `verified` counts as read in the law or from the regulator.
CONFIDENCE = {"verified": "I have read it at the source", "told": "Somebody told us, and we have not read it"}
LONGEST_SOURCE, LONGEST_NAME, LONGEST_ADDRESS = 500, 80, 300
_ANSWERS = {"yes": Decimal(1), "no": Decimal(0)}
_RULE_SOURCE = "Say where the rule stands: an address of the law or of the Commission."
_DAYS_IN_ORDER = (
    "The days do not follow: first the regulated period begins, then Parliament is dissolved, then people vote."
)
_DAY = "Enter a day like 6 May 2027, or leave it empty."
RuleErrors = dict[str, str]


def read_rule(typed: Mapping[str, str], style: NumberStyle) -> Rule | RuleErrors:
    """The row that was entered, or what to correct, by field."""
    errors: RuleErrors = {}
    place, key, confidence = (typed.get(name, "") for name in ("place", "key", "confidence"))
    _require_choice("place", place, PLACE_WORDS, errors)
    _require_choice("key", key, RULE_NAMES, errors)
    _require_choice("confidence", confidence, CONFIDENCE, errors)
    amount = _value(typed.get("value", ""), RULE_NAMES[key].unit, style, errors) if key in RULE_NAMES else None
    first, last = _span(typed, errors)
    source = _text(typed, "source", LONGEST_SOURCE, _RULE_SOURCE, errors)
    if errors or amount is None or first is None:
        return errors
    return Rule(place, key, amount, RULE_NAMES[key].unit, first, last, "in_force", confidence, source)


def read_election(typed: Mapping[str, str]) -> Election | RuleErrors:
    """The election that was entered, or what to correct, by field."""
    errors: RuleErrors = {}
    name = _text(typed, "name", LONGEST_NAME, "Name the election: “General election 2027”.", errors)
    source = _text(typed, "source", LONGEST_SOURCE, "Say where the days were announced.", errors)
    days = [read_day_field(typed, field, errors) for field in ("regulated_from", "dissolved_on", "polling_day")]
    before = _optional_day(typed, "pre_dissolution_from", errors)
    regulated, dissolved, poll = days
    if errors or regulated is None or dissolved is None or poll is None:
        return errors
    try:
        return Election(name, regulated, dissolved, poll, source, before)
    except ValueError:
        return {"polling_day": _DAYS_IN_ORDER}


def read_commission_address(typed: Mapping[str, str]) -> CommissionAddress | RuleErrors:
    """The address that was entered, or what to correct, by field."""
    errors: RuleErrors = {}
    way = typed.get("way", "")
    _require_choice("way", way, set(AddressWay), errors)
    address = _text(typed, "address", LONGEST_ADDRESS, "Enter the address.", errors)
    source = _text(typed, "source", LONGEST_SOURCE, "Say where the address stands.", errors)
    if way == AddressWay.ONLINE and address and not address.startswith("https://"):
        errors["address"] = "Enter the whole address, beginning with https://."
    if errors:
        return errors
    return CommissionAddress(AddressWay(way), address, source, "verified")


def read_regime(typed: Mapping[str, str]) -> RegimePeriod | RuleErrors:
    """The regime that was entered, or what to correct, by field."""
    errors: RuleErrors = {}
    regime = typed.get("regime", "")
    _require_choice("regime", regime, set(Regime), errors)
    first, last = _span(typed, errors)
    if errors or first is None:
        return errors
    return RegimePeriod(Regime(regime), first, last, "northern_irish" in typed)


def _require_choice(field: str, chosen: str, offered: Collection[str], errors: RuleErrors) -> None:
    if chosen not in offered:
        errors[field] = "Choose one of these."


def _span(typed: Mapping[str, str], errors: RuleErrors) -> tuple[date | None, date | None]:
    """The first and the last day; without a last day it holds until another row does."""
    first, last = read_day_field(typed, "first", errors), _optional_day(typed, "last", errors)
    if first and last and last < first:
        errors["last"] = "It cannot end before it begins."
    return first, last


def _value(text: str, unit: str, style: NumberStyle, errors: RuleErrors) -> Decimal | None:
    """The value in the unit of its rule: pounds, a whole number, or yes or no."""
    plain = compact(text)
    if unit == "flag":
        if plain.lower() not in _ANSWERS:
            errors["value"] = "Enter yes or no."
        return _ANSWERS.get(plain.lower())
    if unit != GBP.code:
        return _whole_number(plain, errors)
    try:
        return read_typed_money(plain, GBP, style).decimal
    except BadAmount as mistake:
        errors["value"] = str(mistake)
    return None


def _whole_number(text: str, errors: RuleErrors) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not 0 < number <= 1000 or number != number.to_integral_value():
        errors["value"] = "Enter a whole number from 1 to 1000."
        return None
    return number


def _optional_day(typed: Mapping[str, str], field: str, errors: RuleErrors) -> date | None:
    text = compact(typed.get(field, ""))
    day = typed_day(text) if text else None
    if text and day is None:
        errors[field] = _DAY
    return day


def _text(typed: Mapping[str, str], field: str, longest: int, wanted: str, errors: RuleErrors) -> str:
    try:
        text = tidy(typed.get(field, ""), longest)
    except NotTidy as mistake:
        errors[field] = str(mistake)
        return ""
    if not text:
        errors[field] = wanted
    return text
