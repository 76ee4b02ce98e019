"""What a donor typed, read strictly: either a gift can be made of it, or every field says what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from ledger.money import BadAmount, Currency, Money
from payments.gifts.gift import Donor, minimum
from payments.gifts.recurring import Rhythm
from payments.giving import rhythm_form
from payments.giving.rhythm_form import IntervalOffer, UnclearRhythm, read_rhythm
from web.typed import NotTidy, tidy

LONGEST_NAME, LONGEST_EMAIL, LONGEST_MESSAGE = 100, 254, 300
LARGEST_UNITS = 100_000
OTHER = "other"
FIELDS = (*rhythm_form.FIELDS, "amount", "other_amount", "email", "name", "message", "form_token", "retry")

Typed = Mapping[str, str]
Mistakes = dict[str, str]
Print = Callable[[Money], str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Pledge:
    """A form that can become a gift, or a recurring one if it has a rhythm."""

    amount: Money
    donor: Donor
    rhythm: Rhythm | None = None


def read_form(typed: Typed, of: Currency, words: Print, offer: IntervalOffer) -> Pledge | Mistakes:
    """A pledge, or for each field that needs another look a sentence that says what to do."""
    mistakes: Mistakes = {}
    rhythm = _rhythm(typed, offer, mistakes)
    amount = _read(lambda: _amount(typed, of, words), "amount", mistakes)
    email = _read(lambda: _email(typed.get("email", "")), "email", mistakes)
    name = _read(lambda: tidy(typed.get("name", ""), LONGEST_NAME), "name", mistakes)
    message = _read(lambda: tidy(typed.get("message", ""), LONGEST_MESSAGE, lines=True), "message", mistakes)
    if mistakes or amount is None or email is None or name is None or message is None:
        return mistakes
    return Pledge(amount, Donor(name, email, message), rhythm)


def presets(of: Currency) -> list[Money]:
    """The amounts that the form offers, smallest first; the lowest must not turn small givers away."""
    units = (5, 10, 25, 50, 100) if of.exponent else (500, 1000, 3000, 5000, 10000)
    return [Money(unit * 10**of.exponent, of) for unit in units]


def _read(read: Callable[[], Value], field: str, mistakes: Mistakes) -> Value | None:
    try:
        return read()
    except (BadAmount, NotTidy) as mistake:
        mistakes[field] = str(mistake)
        return None


def _rhythm(typed: Typed, offer: IntervalOffer, mistakes: Mistakes) -> Rhythm | None:
    try:
        return read_rhythm(typed, offer)
    except UnclearRhythm as mistake:
        mistakes[mistake.field] = str(mistake)
        return None


def _amount(typed: Typed, of: Currency, words: Print) -> Money:
    choice, other = typed.get("amount", "").strip(), typed.get("other_amount", "").strip()
    if choice in ("", OTHER):
        if not other:
            raise BadAmount("Choose an amount, or enter another one.")
        choice = other
    elif other and Money.parse(other, of) != Money.parse(choice, of):
        raise BadAmount("Choose one: an amount above, or the other amount that you entered.")
    return read_amount(choice, of, words)


def read_amount(typed: str, of: Currency, words: Print) -> Money:
    """An amount that we would ask Stripe to charge; raises BadAmount, which says what to enter."""
    amount = Money.parse(typed, of)
    if amount < minimum(of):
        raise BadAmount(f"Enter an amount of {words(minimum(of))} or more.")
    most = Money(LARGEST_UNITS * 10**of.exponent if of.exponent else LARGEST_UNITS * 100, of)
    if amount > most:
        raise BadAmount(f"Enter an amount of {words(most)} or less, or write to us to give more.")
    return amount


def _email(typed: str) -> str:
    plain = typed.strip()
    if not plain:
        raise NotTidy("Enter your email address, so that your receipt can reach you.")
    try:
        # Stripe and many mail servers take plain letters only before the @.
        found = validate_email(plain[: LONGEST_EMAIL + 1], check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotTidy("Enter an email address in the form name@example.org.") from None
    return found.ascii_email or found.normalized
