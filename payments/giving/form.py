"""Reads the donor's form strictly: into a pledge, or into a sentence for each field that must be corrected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from campaigns.offer import REPEATING
from campaigns.offered import AmountGroup, group_for
from ledger.money import BadAmount, Currency, Money
from ledger.typed_money import NumberStyle, read_typed_money
from payments.gifts.amounts import largest_gift, smallest_gift
from payments.gifts.gift import DonorDetails
from payments.gifts.recurring import Rhythm
from payments.giving import rhythm_form
from payments.giving.rhythm_form import IntervalOffer, UnclearRhythm, read_rhythm
from web.typed import NotTidy, compact, tidy

LONGEST_NAME, LONGEST_EMAIL, LONGEST_MESSAGE = 100, 254, 300
OTHER = "other"
FIELDS = (
    *rhythm_form.FIELDS, "amount", *(f"amount_{interval}" for interval in REPEATING), "other_amount",
    "email", "name", "message", "form_token", "retry",
)  # fmt: skip

FormFields = Mapping[str, str]
FieldErrors = dict[str, str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Pledge:
    """A valid form: what becomes a gift, or a recurring gift if it has a rhythm."""

    amount: Money
    donor: DonorDetails
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class AmountWords:
    """How the page writes amounts of a currency, and how they are typed."""

    currency: Currency
    print: Callable[[Money], str]
    style: NumberStyle


def read_form(
    fields: FormFields, words: AmountWords, offer: IntervalOffer, groups: Sequence[AmountGroup]
) -> Pledge | FieldErrors:
    """A pledge, or for each field that must be corrected a sentence that says how.

    The amount is the one that was chosen in the group of the interval: of another group only what is hidden is left.
    """
    errors: FieldErrors = {}
    rhythm = _rhythm(fields, offer, errors)
    group = group_for(groups, compact(fields.get("interval", "")))
    amount = _read(lambda: _amount(fields, group, words), "amount", errors)
    email = _read(lambda: _email(fields.get("email", "")), "email", errors)
    name = _read(lambda: tidy(fields.get("name", ""), LONGEST_NAME), "name", errors)
    message = _read(lambda: tidy(fields.get("message", ""), LONGEST_MESSAGE, lines=True), "message", errors)
    if errors or amount is None or email is None or name is None or message is None:
        return errors
    return Pledge(amount, DonorDetails(name, email, message), rhythm)


def _read(read: Callable[[], Value], field: str, errors: FieldErrors) -> Value | None:
    try:
        return read()
    except (BadAmount, NotTidy) as error:
        errors[field] = str(error)
        return None


def _rhythm(fields: FormFields, offer: IntervalOffer, errors: FieldErrors) -> Rhythm | None:
    try:
        return read_rhythm(fields, offer)
    except UnclearRhythm as error:
        errors[error.field] = str(error)
        return None


def _amount(fields: FormFields, group: AmountGroup, words: AmountWords) -> Money:
    choice, other = compact(fields.get(group.name, "")), compact(fields.get("other_amount", ""))
    if choice in ("", OTHER):
        if not other:
            raise BadAmount("Choose an amount, or enter another one.")
        return read_amount(other, words, group.amounts.smallest)
    chosen = Money.parse(choice, words.currency)  # a button's value, which we wrote
    if other and read_typed_money(other, words.currency, words.style) != chosen:
        raise BadAmount("Choose one: an amount above, or the other amount that you entered.")
    return require_takeable(chosen, words, group.amounts.smallest)


def read_amount(typed: str, words: AmountWords, least: Money | None = None) -> Money:
    """An amount that we would ask Stripe to charge; raises BadAmount, which says what to enter."""
    return require_takeable(read_typed_money(typed, words.currency, words.style), words, least)


def require_takeable(amount: Money, words: AmountWords, least: Money | None = None) -> Money:
    """The amount, if it is not below the least (else our own) and Stripe charges as much; raises BadAmount."""
    least, most = least or smallest_gift(words.currency), largest_gift(words.currency)
    if amount < least:
        raise BadAmount(f"Enter an amount of {words.print(least)} or more.")
    if amount > most:
        raise BadAmount(f"Enter an amount of {words.print(most)} or less, or write to us to give more.")
    return amount


def _email(typed: str) -> str:
    typed = compact(typed)
    if not typed:
        raise NotTidy("Enter your email address, so that your receipt can reach you.")
    try:
        # Stripe and many mail servers take plain letters only before the @.
        address = validate_email(typed[: LONGEST_EMAIL + 1], check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotTidy("Enter an email address in the form name@example.org.") from None
    return address.ascii_email or address.normalized
