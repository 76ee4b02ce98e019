"""Reads the form of a loan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import BadAmount, Currency, Money
from ledger.typed_money import NumberStyle
from payments.gifts.gift import DonorDetails
from treasury.offline.form import read_giver
from treasury.valuing.form import read_sum
from web.typed import NotTidy, tidy, typed_id
from web.typed_day import read_day_field

LOAN_FIELDS = ("key", "donor", "name", "email", "amount", "currency", "day", "terms")
LONGEST_TERMS = 1_000


@dataclass(frozen=True, slots=True)
class TypedLoan:
    """A loan as it was typed, once nothing is left to correct."""

    key: str
    donor_id: str | None
    lender: DonorDetails
    amount: Money
    lent_on: date
    terms: str


def read_loan(
    typed: Mapping[str, str], currencies: Sequence[Currency], today: date, style_of: Mapping[str, NumberStyle]
) -> TypedLoan | dict[str, str]:
    """The loan, or what must be corrected, by field."""
    errors: dict[str, str] = {}
    lender, donor_id, key = read_giver(typed, errors), typed_id(typed.get("donor", "")), typed_id(typed.get("key", ""))
    if lender is not None and not (lender.name or donor_id) and "name" not in errors:
        errors["name"] = "Enter who lent it."
    day = read_day_field(typed, "day", errors)
    if day is not None and day > today:
        errors["day"] = "This day is still to come. Enter the day on which it was lent."
    amount = _amount(typed, currencies, style_of, errors)
    terms = _terms(typed, errors)
    if errors or not (key and lender and amount and day):
        return errors or {"amount": "Open the page again: the form was not whole."}
    return TypedLoan(key, donor_id, lender, amount, day, terms)


def _amount(
    typed: Mapping[str, str], currencies: Sequence[Currency], style_of: Mapping[str, NumberStyle],
    errors: dict[str, str],
) -> Money | None:  # fmt: skip
    of = next((each for each in currencies if each.code == typed.get("currency")), None)
    if of is None:
        errors["currency"] = "Choose a currency."
        return None
    try:
        return read_sum(typed.get("amount", ""), of, style_of[of.code])
    except BadAmount as mistake:
        errors["amount"] = str(mistake)
        return None


def _terms(typed: Mapping[str, str], errors: dict[str, str]) -> str:
    try:
        terms = tidy(typed.get("terms", ""), LONGEST_TERMS, lines=True)
    except NotTidy as mistake:
        errors["terms"] = str(mistake)
        return ""
    if not terms:
        errors["terms"] = "Enter the terms: interest, when it is to be paid back, any security."
    return terms
